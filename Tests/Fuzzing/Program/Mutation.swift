internal import Checker
internal import Claims
internal import Integers
internal import Header
internal import FileAccess
internal import TestSupport
internal import CFuzzer
internal import Certification
internal import FuzzTargets
internal import Files
internal import Training

/// Changes of inputs that keep true what a parser checks first, so that fuzzing sees what comes after.
struct Mutation {
  private var random: SeededGenerator
  private let capacity: Int

  init(seed: UInt64, capacity: Int) {
    random = SeededGenerator(seed: seed)
    self.capacity = capacity
  }

  /// libFuzzer's own changes, dictionary included.
  func any(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    var buffer = Array(bytes)
    let count = min(buffer.count, capacity)
    buffer += [UInt8](repeating: 0, count: capacity - count)
    let size = unsafe buffer.withUnsafeMutableBufferPointer { memory in
      guard let start = memory.baseAddress else { return 0 }
      return unsafe LLVMFuzzerMutate(start, count, capacity)
    }
    return Array(buffer.prefix(size))
  }

  /// Changes any bytes or, half of the time, only the JSON of a file, whose length is then made to fit.
  mutating func safetensors(_ bytes: [UInt8]) -> [UInt8] {
    let length = bytes.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard bytes.count >= 8, length <= bytes.count - 8, oneIn(2) else { return any(bytes) }
    let end = 8 + Int(length)
    let header = Mutation(seed: 0, capacity: max(capacity - bytes.count + Int(length), 1)).any(bytes[8..<end])
    return (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) } + header + bytes[end...]
  }

  /// Changes any bytes or, sometimes, numbers of a valid header, with all that follows from them made to fit.
  mutating func header(_ bytes: [UInt8]) -> [UInt8] {
    guard oneIn(16), let text = String(validating: bytes, as: UTF8.self),
      let file = try? parseHeader(text, path: ""), verification(of: file.claims).isValid
    else { return any(bytes) }
    var claims = file.claims
    for _ in 0..<Int.random(in: 1...4, using: &random) { change(&claims) }
    guard let restated = try? claims.restated() else { return any(bytes) }
    let result = Array(headerText(of: restated).utf8)
    return result.count <= capacity ? result : any(bytes)
  }

  private mutating func oneIn(_ count: Int) -> Bool { Int.random(in: 1...count, using: &random) == 1 }

  /// Changes one number of a network that holds; it stays one that `ModelClaims.network()` accepts or refuses.
  private mutating func change(_ claims: inout ModelClaims) {
    let index = claims.layers.indices.randomElement(using: &random) ?? 0
    if claims.layers[index].kind == .maxPlus, !oneIn(4) {
      changeEntries(&claims.layers[index])
      return
    }
    let row = claims.layers[index].rows.indices.randomElement(using: &random) ?? 0
    // Of a max-plus layer only what the other kinds have too.
    let isMaxPlus = claims.layers[index].kind == .maxPlus
    switch isMaxPlus ? Int.random(in: 4...6, using: &random) : Int.random(in: 0...6, using: &random) {
    case 0...1:
      guard let entry = claims.layers[index].rows[row].indices.randomElement(using: &random) else { return }
      claims.layers[index].rows[row][entry].weight = number(-32768...32767)
    case 2: claims.layers[index].biases[row] = number(-2_147_483_648...2_147_483_647)
    case 3: claims.layers[index].shift = Int.random(in: 0...15, using: &random)
    case 4:
      guard index < claims.layers.count - 1 else { return }
      claims.layers[index].activation = IntegerActivation.plain.randomElement(using: &random) ?? .relu
    case 5 where isMaxPlus: break
    case 5: claims.layers[index].rowSumBound = number(0...65535)
    default:
      claims.inputMinimum = number(-32768...32767)
      claims.inputMaximum = number(claims.inputMinimum...32767)
    }
  }

  /// Changes, adds or removes an entry of a max-plus layer and stores the layer in the smallest layout.
  private mutating func changeEntries(_ layer: inout LayerClaims) {
    guard case .maxPlus = layer.content else { return }
    var entries = IntegerLayer(layer).entries
    let row = entries.indices.randomElement(using: &random) ?? 0
    let entry = MaxPlusEntry(
      column: Int.random(in: 0..<layer.columns, using: &random), isNegated: oneIn(2),
      offset: number(oneIn(2) ? -32768...32767 : -255...255))
    switch Int.random(in: 0...2, using: &random) {
    case 0: entries[row].append(entry)
    case 1: entries[row][entries[row].count - 1] = entry
    default: if entries[row].count > 1 { entries[row].removeFirst() }
    }
    layer = LayerClaims(
      IntegerLayer(
        columns: layer.columns, entries: entries, activation: layer.activation,
        range: layer.inputMinimum...layer.inputMaximum))
  }

  /// Mostly a small number or an end of the range, which must not be empty.
  private mutating func number(_ range: ClosedRange<Int>) -> Int {
    switch Int.random(in: 0...3, using: &random) {
    case 0: range.lowerBound
    case 1: range.upperBound
    case 2: min(max(Int.random(in: -8...8, using: &random), range.lowerBound), range.upperBound)
    default: Int.random(in: range, using: &random)
    }
  }
}
