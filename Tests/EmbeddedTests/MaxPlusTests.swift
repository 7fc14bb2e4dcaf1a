import Claims
import Integers
import CSupNorm
import Certification
import Embedded
import TestSupport
import Testing

/// Max-plus layers in C memory, in all four layouts.
@Suite("Max-plus layers")
struct MaxPlusTests {
  static let layouts = [(false, false), (true, false), (false, true), (true, true)]

  /// A layer of a layout with the smallest, the largest and random offsets it can hold, in all groups.
  static func layer(
    _ layout: (Bool, Bool), rows: Int, columns: Int, activation: IntegerActivation, _ random: inout TestRandom
  ) -> IntegerLayer {
    let entries = (0..<rows).map { _ in
      (0..<random.element(of: [1, 3, columns])).map { _ in
        let isNegated = random.oneIn(2)
        let center = random.element(of: [0, 255, random.integer(0...255)])
        let offset = random.element(of: [-32768, 32767, random.integer(-32768...32767)])
        return MaxPlusEntry(
          column: random.oneIn(4) ? columns - 1 : random.integer(0...columns - 1), isNegated: isNegated,
          offset: layout.1 ? (isNegated ? center : -center) : offset)
      }
    }
    return IntegerLayer(
      columns: columns, entries: entries, activation: activation, usesByteColumns: layout.0,
      usesByteOffsets: layout.1)
  }

  @Test(arguments: layouts)
  func `Every layout equals the oracle, in blocks of 256 columns and at both ends of Int16`(
    layout: (Bool, Bool)
  ) throws {
    var random = TestRandom("layout \(layout)")
    for columns in [1, 2, 255, 256, 257, 511, 512, 513, 1023, 1024] {
      for _ in 0..<6 {
        let hidden = Self.layer(
          layout, rows: 5, columns: columns, activation: random.element(of: IntegerActivation.allCases),
          &random)
        let last = Self.layer(
          layout, rows: 3, columns: 5, activation: random.element(of: [.identity, .negate]), &random)
        let network = try IntegerNetwork(
          layers: [hidden, last], unit: 1, inputMinimum: -32768, inputMaximum: 32767)
        let device = CNetwork(network)
        #expect(device.selfCheck() == SUPNORM_OK, "\(network); \(random)")
        for _ in 0..<4 {
          let input = random.input(count: columns)
          let logits = Oracle(network).logits(input)
          let outcome = try #require(device.infer(input))
          #expect(outcome.logits.map { Int64($0) } == logits, "\(network) at \(input); \(random)")
          let best = Oracle.classIndex(logits)
          let margin = logits.indices.filter { $0 != best }.map { logits[best] - logits[$0] }.min() ?? 0
          #expect(Int64(outcome.radius) == max(min((margin - 1) / 2, 65535), 0), "\(random)")
          let radius = random.element(of: [0, 1, Int(outcome.radius), random.integer(0...65535)])
          let isProved = Oracle(network).isProved(input, as: best, radius: radius)
          #expect(
            device.certify(input, as: best, radius: radius) == (isProved ? SUPNORM_OK : SUPNORM_UNCERTIFIED),
            "\(network) at \(input) within \(radius); \(random)")
        }
      }
    }
  }

  @Test func `One set of entries answers and certifies alike in all four layouts`() throws {
    var random = TestRandom()
    for _ in 0..<60 {
      let columns = random.element(of: [3, 200, 300, 700])
      let drawn = Self.layer((false, true), rows: 4, columns: columns, activation: .negate, &random)
      let devices = try Self.layouts.map { layout in
        CNetwork(
          try IntegerNetwork(
            layers: [
              IntegerLayer(
                columns: columns, entries: drawn.entries, activation: .negate, usesByteColumns: layout.0,
                usesByteOffsets: layout.1)
            ], unit: 1, inputMinimum: -400, inputMaximum: 400))
      }
      let input = random.input(count: columns, range: -400...400)
      let outcome = try #require(devices[0].infer(input))
      for device in devices {
        #expect(device.infer(input) == outcome, "\(random)")
        for radius in [0, Int(outcome.radius), Int(outcome.radius) + 1, 300] {
          #expect(
            device.certify(input, as: Int(outcome.classIndex), radius: radius)
              == devices[0].certify(input, as: Int(outcome.classIndex), radius: radius), "\(random)")
        }
      }
    }
  }

  @Test func `The ends: hidden values saturate, logits do not, and both signs of both ends are exact`() throws
  {
    let entries = [
      [MaxPlusEntry(column: 0, isNegated: false, offset: 32767)],
      [MaxPlusEntry(column: 0, isNegated: true, offset: 32767)],
      [MaxPlusEntry(column: 0, isNegated: false, offset: -32768)],
      [MaxPlusEntry(column: 0, isNegated: true, offset: -32768)],
    ]
    func logits(_ layers: [IntegerLayer], _ input: Int16) throws -> [Int32]? {
      CNetwork(try IntegerNetwork(layers: layers, unit: 1, inputMinimum: -32768, inputMaximum: 32767))
        .infer([input])?.logits
    }
    let identity = IntegerLayer(columns: 1, entries: entries, activation: .identity)
    let negated = IntegerLayer(columns: 1, entries: entries, activation: .negate)
    #expect(try logits([identity], .max) == [65534, 0, -1, -65535])
    #expect(try logits([identity], .min) == [-1, 65535, -65536, 0])
    #expect(try logits([negated], .max) == [-65534, 0, 1, 65535])
    #expect(try logits([negated], .min) == [1, -65535, 65536, 0])
    let pass = IntegerLayer(
      columns: 4, entries: (0..<4).map { [MaxPlusEntry(column: $0, isNegated: false, offset: 0)] },
      activation: .identity)
    #expect(try logits([identity, pass], .max) == [32767, 0, -1, -32768])
    #expect(try logits([identity, pass], .min) == [-1, 32767, -32768, 0])
    #expect(try logits([negated, pass], .min) == [1, -32767, 32767, 0])
  }

  /// 300 → 2 → 2, every layout by the arguments.
  static func example(_ layout: (Bool, Bool)) throws -> IntegerNetwork {
    func entry(_ column: Int, _ isNegated: Bool, _ center: Int) -> MaxPlusEntry {
      MaxPlusEntry(column: column, isNegated: isNegated, offset: isNegated ? center : -center)
    }
    return try IntegerNetwork(
      layers: [
        IntegerLayer(
          columns: 300,
          entries: [
            [entry(3, false, 9), entry(255, false, 2), entry(7, true, 200), entry(256, false, 0)],
            [entry(299, true, 255), entry(256, true, 1), entry(0, false, 30)],
          ], activation: .relu, usesByteColumns: layout.0, usesByteOffsets: layout.1),
        IntegerLayer(
          columns: 2, entries: [[entry(0, false, 0)], [entry(1, true, 4), entry(0, true, 3)]],
          activation: .negate, usesByteColumns: layout.0, usesByteOffsets: layout.1),
      ], unit: 255, inputMinimum: 0, inputMaximum: 255)
  }

  @Test(arguments: layouts)
  func `Every single flipped bit of the parameters is refused`(layout: (Bool, Bool)) throws {
    let network = try Self.example(layout)
    for (index, layer) in network.layers.enumerated() {
      func refused(_ bits: Int, _ count: Int, _ flip: (CNetwork, Int, Int) -> Void) {
        for position in 0..<count {
          for bit in 0..<bits {
            let device = CNetwork(network)
            flip(device, position, bit)
            #expect(device.selfCheck() < 0, "layer \(index), \(position), bit \(bit)")
          }
        }
      }
      refused(16, layer.storedCounts.count) { device, position, bit in
        var counts = layer.storedCounts
        counts[position] ^= 1 << UInt16(bit)
        unsafe device.layers[index].row_entries = device.copy(counts)
      }
      refused(layout.0 ? 8 : 16, layer.storedCount) { device, position, bit in
        var columns = layer.storedColumns
        columns[position] ^= 1 << UInt16(bit)
        if layout.0 {
          unsafe device.layers[index].byte_columns = device.copy(columns.map { UInt8($0) })
        } else {
          unsafe device.layers[index].column_indices = device.copy(columns)
        }
      }
      refused(layout.1 ? 8 : 16, layer.storedCount) { device, position, bit in
        var offsets = layer.storedOffsets.map { UInt16(truncatingIfNeeded: $0) }
        offsets[position] ^= 1 << UInt16(bit)
        if layout.1 {
          unsafe device.layers[index].byte_offsets = device.copy(offsets.map { UInt8($0) })
        } else {
          unsafe device.layers[index].weights = device.copy(offsets.map { Int16(bitPattern: $0) })
        }
      }
    }
  }

  /// The statuses of inference and self-check after a change.
  static func statuses(_ layout: (Bool, Bool), _ change: (CNetwork) -> Void) throws -> [Int32?] {
    let device = CNetwork(try example(layout))
    change(device)
    return [
      device.infer([Int16](repeating: 1, count: 300), scratchBytes: 64)?.status,
      device.certify([Int16](repeating: 1, count: 300), as: 0, radius: 1, scratchBytes: 64),
      device.selfCheck(),
    ]
  }

  @Test(arguments: layouts)
  func `Missing and superfluous arrays have their statuses`(layout: (Bool, Bool)) throws {
    let missing = [Int32?](repeating: SUPNORM_ERROR_NULL, count: 3)
    let malformed = [Int32?](repeating: SUPNORM_ERROR_MALFORMED, count: 3)
    for index in 0..<2 {
      #expect(try Self.statuses(layout) { unsafe $0.layers[index].row_entries = nil } == missing)
      #expect(
        try Self.statuses(layout) { device in
          unsafe device.layers[index].biases = device.copy([0, 0])
        } == malformed)
      #expect(
        try Self.statuses(layout) { device in
          if layout.0 {
            unsafe device.layers[index].byte_columns = nil
          } else {
            unsafe device.layers[index].column_indices = nil
          }
        } == missing)
      #expect(
        try Self.statuses(layout) { device in
          if layout.1 {
            unsafe device.layers[index].byte_offsets = nil
          } else {
            unsafe device.layers[index].weights = nil
          }
        } == missing)
      #expect(
        try Self.statuses(layout) { device in
          if layout.0 {
            unsafe device.layers[index].column_indices = device.copy([0])
          } else {
            unsafe device.layers[index].byte_columns = device.copy([0])
          }
        } == malformed)
    }
    #expect(
      try Self.statuses(layout) { device in
        unsafe device.network.pointee.bounds = device.copy([supnorm_bound(slope: 2, offset: 0)])
      } == malformed)
  }

  static let malformations: [(String, @Sendable (CNetwork) -> Void)] = [
    ("a shift", { unsafe $0.layers[0].shift = 1 }),
    ("an unknown layout", { unsafe $0.layers[0].layout |= 4 }),
    ("a row sum bound", { unsafe $0.layers[0].row_sum_bound = 2 }),
    ("an entry more", { unsafe $0.layers[0].entries += 1 }),
    ("an entry less", { unsafe $0.layers[0].entries -= 1 }),
    ("2^31 entries", { unsafe $0.layers[0].entries |= 1 << 31 }),
    ("a last activation that is not exact", { unsafe $0.layers[1].activation = UInt8(SUPNORM_ABS) }),
    (
      "residual inputs behind a maximum",
      { device in
        unsafe device.network.pointee.residual_inputs = device.copy([0])
        unsafe device.network.pointee.residual_count = 1
        unsafe device.layers[1].columns = 3
      }
    ),
    (
      "a row without entries",
      { device in
        // Two groups in each of two rows.
        unsafe device.layers[1].row_entries = device.copy([3, 0, 0, 0] as [UInt16])
      }
    ),
  ]

  @Test(arguments: malformations.indices, [0, 3])
  func `Malformed shapes`(index: Int, layout: Int) throws {
    let (name, change) = Self.malformations[index]
    // With a head that is as it should be, or the start-up check would go no further.
    let statuses = try Self.statuses(Self.layouts[layout]) { device in
      change(device)
      device.sealHead()
    }
    #expect(statuses == Array(repeating: SUPNORM_ERROR_MALFORMED, count: 3), "\(name)")
  }

  @Test func `Byte columns reach no further than 1024`() throws {
    func network(_ columns: Int) throws -> IntegerNetwork {
      let entry = MaxPlusEntry(column: columns - 1, isNegated: false, offset: 0)
      return try IntegerNetwork(
        layers: [IntegerLayer(columns: columns, entries: [[entry]], activation: .identity)], unit: 1,
        inputMinimum: 0, inputMaximum: 1)
    }
    #expect(CNetwork(try network(1024)).selfCheck() == SUPNORM_OK)
    let device = CNetwork(try network(1025))
    unsafe device.layers[0].layout = UInt8(SUPNORM_BYTE_COLUMNS | SUPNORM_BYTE_OFFSETS)
    unsafe device.layers[0].byte_columns = device.copy([0])
    unsafe device.layers[0].column_indices = nil
    #expect(device.selfCheck() == SUPNORM_ERROR_MALFORMED)
  }

  @Test func `A regression of max-plus layers changes by no more than its inputs`() throws {
    let network = try Self.example((true, true)).changed(task: .regression)
    let certified = try CertifiedNetwork(network)
    for radius in [0, 1, 77, 65535] {
      #expect(try certified.outputChange(1, within: radius) == UInt32(radius))
    }
  }
}
