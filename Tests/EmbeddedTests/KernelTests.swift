import Claims
import Integers
import CSupNorm
import Certification
import Embedded
import TestSupport
import Testing

/// The kernels that the tables name, whatever lanes they use, against the plain arithmetic of rows and groups.
@Suite("Kernels")
struct KernelTests {
  /// A box of a layer's inputs: the bounds of a hidden layer, or an input with a deviation and a range.
  struct LayerBox {
    var lower: [Int16]
    var upper: [Int16]
    var widening: Widening

    init(_ layer: IntegerLayer, _ random: inout TestRandom) {
      let columns = layer.columns
      let values = random.input(count: columns)
      if random.oneIn(2) {
        let others = random.input(count: columns)
        lower = zip(values, others).map { min($0, $1) }
        upper = zip(values, others).map { max($0, $1) }
        widening = .none
        return
      }
      // The declared range is that of a first layer which cuts to one.
      var range = random.oneIn(2) ? (-32768, 32767) : (-1000, 20_000)
      if layer.kind == .maxPlus { range = (layer.inputRange.lowerBound, layer.inputRange.upperBound) }
      let deviation = random.element(of: [0, 1, 65535, random.integer(0...65535)])
      lower = values.map { Int16(min(max(Int($0), range.0), range.1)) }
      upper = lower
      widening = Widening(
        deviation: Int32(deviation), minimum: Int32(range.0), maximum: Int32(range.1))
    }

    /// Calls `body` with the box as the kernels take it.
    func withBox<Result>(_ body: (UnsafePointer<supnorm_box>) -> Result) -> Result {
      unsafe lower.withUnsafeBufferPointer { low in
        unsafe upper.withUnsafeBufferPointer { high in
          var box = unsafe supnorm_box(
            lower: low.baseAddress, upper: high.baseAddress, deviation: widening.deviation,
            minimum: widening.minimum, maximum: widening.maximum)
          return unsafe body(&box)
        }
      }
    }
  }

  /// The plain accumulators of a layer, and their ends over a box.
  struct PlainLayer {
    let layer: IntegerLayer

    /// The places of each row among what the layer stores.
    private var rows: [Range<Int>] {
      var start = 0
      return (0..<layer.rows).map { row in
        let count =
          layer.kind == .dense
          ? layer.columns : Int(layer.storedCounts[2 * row]) + Int(layer.storedCounts[2 * row + 1])
        defer { start += count }
        return start..<start + count
      }
    }

    private func weights(_ row: Range<Int>) -> [Int16] { Array(layer.weights[row]) }

    private func words(_ row: Range<Int>) -> [UInt32] { Array(layer.storedWords[row]) }

    func accumulators(_ input: [Int16]) -> [Int32] {
      if layer.kind == .maxPlus { return maxima(input, input) }
      return rows.enumerated().map { index, row in
        layer.isSparse
          ? accumulator(words: words(row).span, bias: layer.biases[index], input: input.span)
          : accumulator(weights: weights(row).span, bias: layer.biases[index], input: input.span)
      }
    }

    func ends(_ box: LayerBox) -> [(lower: Int32, upper: Int32)] {
      if layer.kind == .maxPlus {
        let widening = box.widening
        let low = box.lower.map { Int16(clamping: max(Int32($0) - widening.deviation, widening.minimum)) }
        let high = box.upper.map { Int16(clamping: min(Int32($0) + widening.deviation, widening.maximum)) }
        return zip(maxima(high, low), maxima(low, high)).map { ($0, $1) }
      }
      return rows.enumerated().map { index, row in
        layer.isSparse
          ? accumulatorBounds(
            words: words(row).span, bias: layer.biases[index], lower: box.lower.span, upper: box.upper.span,
            widening: box.widening)
          : accumulatorBounds(
            weights: weights(row).span, bias: layer.biases[index], lower: box.lower.span,
            upper: box.upper.span, widening: box.widening)
      }
    }

    /// Whether a row's logit exceeds every other everywhere.
    func exceeds(_ own: Int, _ box: LayerBox) -> Bool {
      if layer.kind == .maxPlus {
        let isNegated = layer.activation == .negate
        let logits = ends(box).map { isNegated ? (lower: -$0.upper, upper: -$0.lower) : $0 }
        return logits.indices.allSatisfy { $0 == own || logits[own].lower > logits[$0].upper }
      }
      let rows = self.rows
      return rows.indices.allSatisfy { other in
        if other == own { return true }
        return layer.isSparse
          ? exceedsEverywhere(
            words: words(rows[own]).span, bias: layer.biases[own], otherWords: words(rows[other]).span,
            otherBias: layer.biases[other], lower: box.lower.span, upper: box.upper.span,
            widening: box.widening)
          : exceedsEverywhere(
            weights: weights(rows[own]).span, bias: layer.biases[own],
            otherWeights: weights(rows[other]).span, otherBias: layer.biases[other], lower: box.lower.span,
            upper: box.upper.span, widening: box.widening)
      }
    }

    /// The maxima of a row, where entries of sign -1 read one vector and those of sign +1 the other.
    private func maxima(_ lower: [Int16], _ upper: [Int16]) -> [Int32] {
      let range = layer.inputRange
      var shortfalls = [UInt16](repeating: 0, count: 2 * layer.columns)
      var span = shortfalls.mutableSpan
      writeShortfalls(
        lower: lower.span, upper: upper.span, minimum: Int32(range.lowerBound),
        maximum: Int32(range.upperBound), to: &span)
      let bits = CanonicalOracle.placeBits(layer)
      return zip(CanonicalOracle.storedRows(layer), CanonicalOracle.bases(layer)).map { row, base in
        let entries = row.map { UInt32($0.step << bits + $0.place) }
        return Int32(base) - rowDrop(entries: entries.span, placeBits: bits, shortfalls: shortfalls.span)
      }
    }
  }

  /// Layers of every kind and layout, of one column and of several blocks, with the ends of what they can hold.
  static func networks(_ random: inout TestRandom) throws -> [IntegerNetwork] {
    var networks = random.networks(12)
    for layout in MaxPlusTests.layouts {
      for columns in MaxPlusTests.columnCounts(layout) {
        let range = MaxPlusTests.range(layout, &random)
        let hidden = MaxPlusTests.layer(
          layout, rows: 3, columns: columns, activation: .identity, range: range, &random)
        let last = MaxPlusTests.layer(
          layout, rows: 3, columns: 3, activation: random.element(of: [.identity, .negate]), range: range,
          &random)
        networks.append(
          try IntegerNetwork(
            layers: [hidden, last], unit: 1, inputMinimum: range.lowerBound, inputMaximum: range.upperBound))
      }
    }
    return networks
  }

  @Test func `The kernels of every kind and layout equal the plain arithmetic bit for bit`() throws {
    var random = TestRandom()
    var seen: Set<[Int]> = []
    for network in try Self.networks(&random) {
      let device = CNetwork(network)
      for (index, layer) in network.layers.enumerated() {
        let kernels = unsafe try #require(
          supnorm_inference_of(UInt8(layer.kind.constant), UInt8(layer.layout)))
        let workspace = unsafe Self.workspace(kernels.pointee.workspace, of: layer)
        seen.insert([Int(layer.kind.constant), Int(layer.layout)])
        let isLast = index == network.layers.count - 1
        for _ in 0..<4 {
          let input = random.input(count: layer.columns)
          let plain = PlainLayer(layer: layer).accumulators(input)
          let hidden = GuardedMemory<Int16>(count: layer.rows, filler: 77, guardWord: 0x5AA5)
          unsafe kernels.pointee.infer(device.layers + index, input, hidden.pointer, nil, workspace.pointer)
          #expect(hidden.values == plain.map { requantized($0, shift: Int32(layer.shift)) }, "\(random)")
          let logits = GuardedMemory<Int32>(count: layer.rows, filler: 77, guardWord: 0x5AA5)
          unsafe kernels.pointee.infer(device.layers + index, input, nil, logits.pointer, workspace.pointer)
          let isNegated = isLast && layer.activation == .negate
          if isLast { #expect(logits.values == (isNegated ? plain.map { -$0 } : plain), "\(random)") }
          #expect(hidden.areGuardsIntact && logits.areGuardsIntact && workspace.areGuardsIntact)
        }
      }
    }
    #expect(seen == [[0, 0], [1, 0], [2, 0], [2, 1], [2, 2]])
  }

  /// The workspace that a table asks for, with guards around it.
  static func workspace(_ bytesPerColumn: UInt8, of layer: IntegerLayer) -> GuardedMemory<UInt64> {
    GuardedMemory(count: (Int(bytesPerColumn) * layer.columns + 7) / 8, filler: 77, guardWord: 0x5AA5)
  }

  @Test func `The bounds of every kind and layout equal the plain arithmetic bit for bit`() throws {
    var random = TestRandom()
    var verdicts = [0, 0]
    for network in try Self.networks(&random) {
      let device = CNetwork(network)
      for (index, layer) in network.layers.enumerated() {
        let kernels = unsafe try #require(
          supnorm_certificate_of(UInt8(layer.kind.constant), UInt8(layer.layout)))
        let workspace = unsafe Self.workspace(kernels.pointee.workspace, of: layer)
        for _ in 0..<4 {
          let box = LayerBox(layer, &random)
          let plain = PlainLayer(layer: layer)
          let ends = plain.ends(box)
          let hidden = (0..<2).map { _ in
            GuardedMemory<Int16>(count: layer.rows, filler: 77, guardWord: 0x5AA5)
          }
          unsafe box.withBox { box in
            unsafe kernels.pointee.bound(
              device.layers + index, box, hidden[0].pointer, hidden[1].pointer, nil, nil,
              workspace.pointer)
          }
          #expect(
            hidden[0].values == ends.map { requantized($0.lower, shift: Int32(layer.shift)) }, "\(random)")
          #expect(
            hidden[1].values == ends.map { requantized($0.upper, shift: Int32(layer.shift)) }, "\(random)")
          #expect(hidden[0].areGuardsIntact && hidden[1].areGuardsIntact && workspace.areGuardsIntact)
          guard index == network.layers.count - 1 else { continue }
          let logits = (0..<2).map { _ in
            GuardedMemory<Int32>(count: layer.rows, filler: 77, guardWord: 0x5AA5)
          }
          unsafe box.withBox { box in
            unsafe kernels.pointee.bound(
              device.layers + index, box, nil, nil, logits[0].pointer, logits[1].pointer,
              workspace.pointer)
          }
          let isNegated = layer.activation == .negate
          #expect(logits[0].values == ends.map { isNegated ? -$0.upper : $0.lower }, "\(random)")
          #expect(logits[1].values == ends.map { isNegated ? -$0.lower : $0.upper }, "\(random)")
          for row in 0..<layer.rows {
            let exceeds = unsafe box.withBox { box in
              unsafe kernels.pointee.exceeds(
                device.layers + index, UInt32(row), box, workspace.pointer)
            }
            #expect((exceeds != 0) == plain.exceeds(row, box), "row \(row); \(random)")
            verdicts[exceeds == 0 ? 0 : 1] += 1
          }
        }
      }
    }
    #expect(verdicts.allSatisfy { $0 > 50 }, "\(verdicts)")
  }
}
