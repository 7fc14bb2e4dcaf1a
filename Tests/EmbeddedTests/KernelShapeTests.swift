import CSupNorm
import Claims
import Embedded
import Integers
import TestSupport
import Testing

/// The host's kernels in every shape that meets the ends of a block; Tests/Kernels has the same for the boards' kernels.
@Suite("Shapes of kernels")
struct KernelShapeTests {
  @Test(arguments: LayerKind.allCases)
  func `Every shape, share of zeros, alignment and extreme gives what the plain arithmetic gives`(
    _ kind: LayerKind
  ) throws {
    var random = TestRandom("shapes \(kind)")
    for rows in 1...13 {
      for columns in 1...40 {
        let layout = random.element(of: [SUPNORM_WORDS, SUPNORM_BYTES])
        let range = kind == .maxPlus ? MaxPlusTests.range(layout, &random) : -32768...32767
        let layer =
          kind == .maxPlus
          ? MaxPlusTests.layer(
            layout, rows: rows, columns: columns, activation: random.element(of: [.identity, .negate]),
            range: range, &random)
          : Self.weighted(rows, columns, isSparse: kind == .sparse, &random)
        let network = try IntegerNetwork(
          layers: [layer], unit: 1, inputMinimum: range.lowerBound, inputMaximum: range.upperBound)
        let device = CNetwork(network)
        try Self.expectSameSums(network.layers[0], device, &random)
        try Self.expectSameEnds(network.layers[0], device, &random)
      }
    }
  }

  /// Rows up to the limit of what is admissible, with equality where the bias takes the rest.
  private static func weighted(
    _ rows: Int, _ columns: Int, isSparse: Bool, _ random: inout TestRandom
  ) -> IntegerLayer {
    let shift = random.integer(0...15)
    var weights: [Int16] = []
    var biases: [Int32] = []
    for _ in 0..<rows {
      let row = random.row(columns, sum: random.element(of: [0, 32767, 65535, random.integer(0...65535)]))
      let sum = row.reduce(0) { $0 + Int($1.magnitude) }
      let room = Int(Int32.max) - 32768 * sum - (1 << shift) / 2
      weights += row
      biases.append(Int32(random.element(of: [room, -room, random.integer(-room...room)])))
    }
    let layer = IntegerLayer(
      rows: rows, columns: columns, weights: weights, biases: biases, shift: shift, activation: .identity,
      rowSumBound: 0, isSparse: isSparse)
    return layer.changed(rowSumBound: layer.rowSums.max() ?? 0)
  }

  /// From no value that is not zero to no zero, at whole words and between them.
  private static func expectSameSums(
    _ layer: IntegerLayer, _ device: CNetwork, _ random: inout TestRandom
  ) throws {
    let kernels = unsafe try #require(
      supnorm_inference_of(UInt8(layer.kind.constant), UInt8(layer.layout)))
    let isNegated = layer.activation == .negate
    for share in 0...8 {
      for skipped in 0...1 {
        let input = (0..<layer.columns).map { _ in
          let value = random.value()
          return random.integer(1...8) > share ? 0 : value == 0 ? -1 : value
        }
        let plain = KernelTests.PlainLayer(layer: layer).accumulators(input)
        let workspace = unsafe KernelTests.workspace(kernels.pointee.workspace, of: layer)
        let hidden = GuardedMemory<Int16>(count: layer.rows, filler: 77, guardWord: 0x5AA5)
        let logits = GuardedMemory<Int32>(count: layer.rows, filler: 77, guardWord: 0x5AA5)
        let memory = unsafe device.copy([Int16](repeating: 0x5AA5, count: skipped) + input)
        unsafe kernels.pointee.infer(
          device.layers, memory + skipped, hidden.pointer, nil, workspace.pointer)
        unsafe kernels.pointee.infer(
          device.layers, memory + skipped, nil, logits.pointer, workspace.pointer)
        #expect(
          hidden.values == plain.map { requantized($0, shift: Int32(layer.shift)) }, "\(layer); \(random)")
        #expect(logits.values == (isNegated ? plain.map { -$0 } : plain), "\(layer); \(random)")
        #expect(hidden.areGuardsIntact && logits.areGuardsIntact && workspace.areGuardsIntact)
      }
    }
  }

  /// Boxes around vectors and between them, of every width up to 65535.
  private static func expectSameEnds(
    _ layer: IntegerLayer, _ device: CNetwork, _ random: inout TestRandom
  ) throws {
    let kernels = unsafe try #require(
      supnorm_certificate_of(UInt8(layer.kind.constant), UInt8(layer.layout)))
    let isNegated = layer.activation == .negate
    for _ in 0..<4 {
      let box = KernelTests.LayerBox(layer, &random)
      let plain = KernelTests.PlainLayer(layer: layer)
      let ends = plain.ends(box)
      let workspace = unsafe KernelTests.workspace(kernels.pointee.workspace, of: layer)
      let memory = (0..<2).map { _ in
        GuardedMemory<Int32>(count: layer.rows, filler: 77, guardWord: 0x5AA5)
      }
      let own = random.integer(0...layer.rows - 1)
      let exceeds = unsafe box.withBox { box in
        unsafe kernels.pointee.bound(
          device.layers, box, nil, nil, memory[0].pointer, memory[1].pointer, workspace.pointer)
        return unsafe kernels.pointee.exceeds(device.layers, UInt32(own), box, workspace.pointer)
      }
      #expect(memory[0].values == ends.map { isNegated ? -$0.upper : $0.lower }, "\(layer); \(random)")
      #expect(memory[1].values == ends.map { isNegated ? -$0.lower : $0.upper }, "\(layer); \(random)")
      #expect((exceeds != 0) == plain.exceeds(own, box), "\(layer); \(random)")
      #expect(memory.allSatisfy(\.areGuardsIntact) && workspace.areGuardsIntact)
    }
  }
}
