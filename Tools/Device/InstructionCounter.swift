/// Counts instructions between pairs of marks in QEMU's trace of the blocks that it executes.
///
/// A block is translated once, which writes `IN: name` and a line `0x00000aec:  …` for each of its instructions. Each
/// time it runs there is a line `Trace 0: 0x7f0570000100 [00800408/00000aec/00000110/ff000201] name` with the place of
/// its translation and its address. Of an instruction of Thumb that it does not know, as those of Helium, it makes two
/// lines, so that halfwords are counted there that begin one. `Stopped execution of TB chain before …` takes the line before it back.
struct InstructionCounter {
  private enum Phase { case outside, infer, certify }

  /// Instructions that always run one after the other, translated at one place.
  private struct Block {
    var address: UInt64
    var instructions: Int
    var function: String
    var infer = 0
    var certify = 0
  }

  private let marks: (inferBegin: UInt64, inferEnd: UInt64, certifyBegin: UInt64, certifyEnd: UInt64)
  private var phase = Phase.outside
  private var rest: [UInt8] = []
  private var blocks: [Block] = []
  /// Blocks by the place of their translation, which a later one may take.
  private var places: [UInt64: Int] = [:]
  /// Instructions of the block that was just translated.
  private var translated: Int?
  private let isThumb: Bool
  /// Whether the next halfword is the second of an instruction of Thumb.
  private var isSecondNext = false
  private var last: Int?
  private var count = 0
  private var infer: [Int] = []
  private var certify: [Int] = []

  init(addresses: [String: UInt64], isThumb: Bool) {
    self.isThumb = isThumb
    let address = { addresses[$0] ?? .max }
    marks = (
      address("mark_infer_begin"), address("mark_infer_end"), address("mark_certify_begin"),
      address("mark_certify_end")
    )
  }

  /// What was counted.
  var counts: InstructionCounts {
    var functions: [String: InstructionCounts.OfFunction] = [:]
    for block in blocks where block.infer + block.certify > 0 {
      let function = functions[block.function] ?? .init(infer: 0, certify: 0)
      functions[block.function] = .init(
        infer: function.infer + block.infer * block.instructions,
        certify: function.certify + block.certify * block.instructions)
    }
    return InstructionCounts(infer: infer, certify: certify, functions: functions)
  }

  /// Takes the next part of the trace, cut anywhere.
  mutating func consume(_ chunk: some Sequence<UInt8>) {
    rest.append(contentsOf: chunk)
    var start = 0
    while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
      consumeLine(start..<end)
      start = end + 1
    }
    rest.removeSubrange(0..<start)
  }

  private mutating func consumeLine(_ line: Range<Int>) {
    guard let first = line.first else { return }
    switch rest[first] {
    case UInt8(ascii: "T"): execute(line)
    case UInt8(ascii: "I"): (translated, isSecondNext) = (0, false)
    case UInt8(ascii: "0"):
      let count = isThumb ? thumbInstructions(line) : 1
      translated = translated.map { $0 + count }
    case UInt8(ascii: "S"):
      if let last { add(last, times: -1) }
    default: break
    }
  }

  /// How many instructions begin in a line, `0x00000aec:  f244 0000  movw`: the first of two halfwords is 0xE800 or more.
  private mutating func thumbInstructions(_ line: Range<Int>) -> Int {
    var count = 0
    for start in [line.lowerBound + 13, line.lowerBound + 18] where start + 4 <= line.upperBound {
      guard let halfword = UInt16(String(decoding: rest[start..<start + 4], as: UTF8.self), radix: 16) else {
        break
      }
      count += isSecondNext ? 0 : 1
      isSecondNext = !isSecondNext && halfword >= 0xE800
    }
    return count
  }

  private mutating func execute(_ line: Range<Int>) {
    guard let space = rest[line].dropFirst(6).firstIndex(of: UInt8(ascii: " ")) else { return }
    // Behind the space there is 0x.
    let place = number(from: space + 3, line)
    if let translated {
      guard let block = block(of: translated, line) else { return }
      places[place] = blocks.count
      blocks.append(block)
      self.translated = nil
    }
    guard let index = places[place] else { return }
    last = index
    switch blocks[index].address {
    case marks.inferBegin: (phase, count) = (.infer, 0)
    case marks.certifyBegin: (phase, count) = (.certify, 0)
    case marks.inferEnd:
      infer.append(count)
      phase = .outside
    case marks.certifyEnd:
      certify.append(count)
      phase = .outside
    default: add(index, times: 1)
    }
  }

  private mutating func add(_ index: Int, times: Int) {
    count += times * blocks[index].instructions
    switch phase {
    case .outside: break
    case .infer: blocks[index].infer += times
    case .certify: blocks[index].certify += times
    }
  }

  /// The block of a line: its address stands between the first two slashes behind the bracket.
  private func block(of instructions: Int, _ line: Range<Int>) -> Block? {
    guard let bracket = rest[line].firstIndex(of: UInt8(ascii: "[")),
      let slash = rest[bracket..<line.upperBound].firstIndex(of: UInt8(ascii: "/")),
      let end = rest[slash..<line.upperBound].firstIndex(of: UInt8(ascii: "]"))
    else { return nil }
    return Block(
      address: number(from: slash + 1, line), instructions: instructions,
      function: String(decoding: rest[min(end + 2, line.upperBound)..<line.upperBound], as: UTF8.self))
  }

  /// The hexadecimal number that begins at a place of a line.
  private func number(from start: Int, _ line: Range<Int>) -> UInt64 {
    var value: UInt64 = 0
    for byte in rest[min(start, line.upperBound)..<line.upperBound] {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt64(byte - UInt8(ascii: "a") + 10)
      default: return value
      }
    }
    return value
  }
}

/// The instructions of inferences and of certificates, one number for each run.
struct InstructionCounts: Equatable, Sendable {
  /// The instructions of one function in all runs.
  struct OfFunction: Equatable, Sendable {
    var infer: Int
    var certify: Int
  }

  var infer: [Int]
  var certify: [Int]
  /// By the name in the symbol table.
  var functions: [String: OfFunction]

  /// The mean, rounded up; 0 for no runs.
  static func mean(_ counts: [Int]) -> Int {
    counts.isEmpty ? 0 : (counts.reduce(0, +) + counts.count - 1) / counts.count
  }
}
