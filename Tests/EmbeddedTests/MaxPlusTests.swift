import Claims
import Integers
import CSupNorm
import Certification
import Embedded
import TestSupport
import Testing

/// Max-plus layers in C memory, in every layout.
@Suite("Max-plus layers")
struct MaxPlusTests {
  static let layouts = [SUPNORM_WORDS, SUPNORM_BYTES, SUPNORM_HALFWORDS]

  /// Column counts at the ends of a layout and of the words that its kernels read.
  static func columnCounts(_ layout: Int32) -> [Int] {
    switch layout {
    case SUPNORM_WORDS: [1, 2, 3, 128, 129, 1025, 2000]
    case SUPNORM_BYTES: [1, 2, 3, 4, 5, 127, 128]
    default: [129, 130, 255, 256, 1023, 1024]
    }
  }

  /// A range that a layout holds: up to 255 LSB, or more.
  static func range(_ layout: Int32, _ random: inout TestRandom) -> ClosedRange<Int> {
    if layout == SUPNORM_WORDS {
      return random.element(of: [-32768...32767, 0...32640, -200...56, -32768...0])
    }
    let width = random.element(of: [1, 31, 32, 254, 255])
    let minimum = random.element(of: [0, -32768, 32767 - width, random.integer(-32768...32767 - width)])
    return minimum...minimum + width
  }

  /// A layer of a layout with the greatest potentials, the least and others, of both signs.
  static func layer(
    _ layout: Int32, rows: Int, columns: Int, activation: IntegerActivation, range: ClosedRange<Int>,
    _ random: inout TestRandom
  ) -> IntegerLayer {
    let width = range.upperBound - range.lowerBound
    let entries = (0..<rows).map { _ in
      // A row around an offset of its own, where most entries can win somewhere.
      let middle = random.element(of: [0, random.integer(-20_000...20_000)])
      return (0..<random.element(of: [1, 3, columns])).map { _ in
        let isNegated = random.oneIn(2)
        let drop = random.element(of: [0, width, random.integer(0...width), random.integer(0...width / 4)])
        let offset = middle - drop + (isNegated ? range.lowerBound : -range.upperBound)
        return MaxPlusEntry(
          column: random.oneIn(4) ? columns - 1 : random.integer(0...columns - 1), isNegated: isNegated,
          offset: random.oneIn(10) ? random.element(of: [-32768, 32767]) : offset)
      }
    }
    return IntegerLayer(columns: columns, entries: entries, activation: activation, range: range)
  }

  @Test(arguments: layouts)
  func `Every layout equals the oracle, at both ends of Int16 and with inputs beyond the range`(
    layout: Int32
  ) throws {
    var random = TestRandom("layout \(layout)")
    for columns in Self.columnCounts(layout) {
      for _ in 0..<6 {
        let range = Self.range(layout, &random)
        let hidden = Self.layer(
          layout, rows: 5, columns: columns, activation: random.element(of: IntegerActivation.allCases),
          range: range, &random)
        let last = Self.layer(
          layout, rows: 3, columns: 5, activation: random.element(of: [.identity, .negate]), range: range,
          &random)
        let network = try IntegerNetwork(
          layers: [hidden, last], unit: 1, inputMinimum: range.lowerBound, inputMaximum: range.upperBound)
        #expect(network.layers[0].layout == layout && network.layers[0].inputRange == range)
        let device = CNetwork(network)
        #expect(device.selfCheck() == SUPNORM_OK, "\(network); \(random)")
        for round in 0..<4 {
          let input = round == 0 ? random.input(count: columns) : random.input(of: network)
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

  @Test func `One set of entries answers and certifies alike in all layouts, whatever the ranges`() throws {
    var random = TestRandom()
    for _ in 0..<60 {
      let columns = random.element(of: [3, 128, 129, 700])
      let range = Self.range(SUPNORM_BYTES, &random)
      let drawn = Self.layer(
        SUPNORM_BYTES, rows: 4, columns: columns, activation: .negate, range: range, &random)
      let wide = -32768...32767
      let devices = try [range, wide].map { range in
        CNetwork(
          try IntegerNetwork(
            layers: [IntegerLayer(columns: columns, entries: drawn.entries, activation: .negate)], unit: 1,
            inputMinimum: range.lowerBound, inputMaximum: range.upperBound))
      }
      let input = random.input(count: columns, range: range)
      let outcome = try #require(devices[0].infer(input))
      #expect(devices[1].infer(input) == outcome, "\(random)")
      // Within both ranges boxes are the same.
      let middle = Int16((range.lowerBound + range.upperBound) / 2)
      let radius = (range.upperBound - range.lowerBound) / 2
      let center = [Int16](repeating: middle, count: columns)
      let best = try Int(#require(devices[0].infer(center)).classIndex)
      for radius in [0, radius / 2, radius] {
        #expect(
          devices[0].certify(center, as: best, radius: radius)
            == devices[1].certify(center, as: best, radius: radius), "\(random)")
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

  /// 100 or 300 → 2 → 2, the layout of the first layer by the arguments.
  static func example(_ layout: Int32) throws -> IntegerNetwork {
    func entry(_ column: Int, _ isNegated: Bool, _ center: Int) -> MaxPlusEntry {
      MaxPlusEntry(column: column, isNegated: isNegated, offset: isNegated ? center : -center)
    }
    let columns = layout == SUPNORM_BYTES ? 100 : 300
    let network = try IntegerNetwork(
      layers: [
        IntegerLayer(
          columns: columns,
          entries: [
            [entry(3, false, 9), entry(columns - 45, false, 2), entry(7, true, 200), entry(56, false, 0)],
            [entry(columns - 1, true, 255), entry(56, true, 1), entry(0, false, 30)],
          ], activation: .relu),
        IntegerLayer(
          columns: 2, entries: [[entry(0, false, 0)], [entry(1, true, 4), entry(0, true, 3)]],
          activation: .negate),
      ], unit: 255, inputMinimum: 0, inputMaximum: layout == SUPNORM_WORDS ? 300 : 255)
    #expect(network.layers[0].layout == layout)
    return network
  }

  @Test(arguments: layouts)
  func `Every single flipped bit of the parameters is refused`(layout: Int32) throws {
    let network = try Self.example(layout)
    for (index, layer) in network.layers.enumerated() {
      func refused<Value: FixedWidthInteger & BitwiseCopyable>(
        _ values: UnsafePointer<Value>?, _ count: Int,
        _ change: (UnsafeMutablePointer<supnorm_layer>, UnsafePointer<Value>) -> Void
      ) {
        guard let values = unsafe values else { return }
        for position in 0..<count {
          for bit in 0..<Value.bitWidth {
            var copy = (0..<count).map { unsafe values[$0] }
            copy[position] ^= 1 << Value(bit)
            let device = CNetwork(network)
            unsafe change(device.layers + index, device.copy(copy))
            #expect(device.selfCheck() < 0, "layer \(index), \(position), bit \(bit)")
          }
        }
      }
      let device = CNetwork(network)
      let numbers = unsafe device.layers[index]
      unsafe refused(numbers.row_entries, layer.rows) { unsafe $0.pointee.row_entries = $1 }
      unsafe refused(numbers.biases, layer.rows) { unsafe $0.pointee.biases = $1 }
      unsafe refused(numbers.words, layer.storedCount) { unsafe $0.pointee.words = $1 }
      unsafe refused(numbers.halfwords, layer.storedCount) { unsafe $0.pointee.halfwords = $1 }
    }
  }

  /// The statuses of inference, certificate and self-check after a change.
  static func statuses(_ layout: Int32, _ change: (CNetwork) -> Void) throws -> [Int32?] {
    let device = CNetwork(try example(layout))
    change(device)
    let input = [Int16](repeating: 1, count: 300)
    return [
      device.infer(input)?.status, device.certify(input, as: 0, radius: 1), device.selfCheck(),
    ]
  }

  @Test(arguments: layouts)
  func `Missing and superfluous arrays have their statuses`(layout: Int32) throws {
    let missing = [Int32?](repeating: SUPNORM_ERROR_NULL, count: 3)
    let malformed = [Int32?](repeating: SUPNORM_ERROR_MALFORMED, count: 3)
    for index in 0..<2 {
      #expect(try Self.statuses(layout) { unsafe $0.layers[index].row_entries = nil } == missing)
      #expect(try Self.statuses(layout) { unsafe $0.layers[index].biases = nil } == missing)
      #expect(
        try Self.statuses(layout) { device in
          unsafe device.layers[index].words = nil
          unsafe device.layers[index].halfwords = nil
        } == missing)
      #expect(
        try Self.statuses(layout) { device in
          unsafe device.layers[index].words = device.copy([0])
          unsafe device.layers[index].halfwords = device.copy([0])
        } == malformed)
      #expect(
        try Self.statuses(layout) { device in unsafe device.layers[index].weights = device.copy([0]) }
          == malformed)
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
        let stored = unsafe UInt16(device.layers[1].entries)
        unsafe device.layers[1].row_entries = device.copy([stored, 0])
      }
    ),
    ("a range that is none", { unsafe $0.layers[0].input_min = $0.layers[0].input_max + 1 }),
  ]

  @Test(arguments: malformations.indices, layouts)
  func `Malformed shapes`(index: Int, layout: Int32) throws {
    let (name, change) = Self.malformations[index]
    // With a head that is as it should be, or the start-up check would go no further.
    let statuses = try Self.statuses(layout) { device in
      change(device)
      device.sealHead()
    }
    #expect(statuses == Array(repeating: SUPNORM_ERROR_MALFORMED, count: 3), "\(name)")
  }

  @Test(arguments: [SUPNORM_BYTES, SUPNORM_HALFWORDS])
  func `Bytes hold no wider range and no more columns than they have room for`(layout: Int32) throws {
    func network(_ columns: Int, _ maximum: Int) throws -> IntegerNetwork {
      let entry = MaxPlusEntry(column: columns - 1, isNegated: false, offset: 0)
      return try IntegerNetwork(
        layers: [IntegerLayer(columns: columns, entries: [[entry]], activation: .identity)], unit: 1,
        inputMinimum: 0, inputMaximum: maximum)
    }
    let columns = layout == SUPNORM_BYTES ? 128 : 1024
    let exact = try network(columns, 255)
    #expect(exact.layers[0].layout == layout && CNetwork(exact).selfCheck() == SUPNORM_OK)
    for beyond in [try network(columns, 256), try network(1025, 255)] {
      #expect(beyond.layers[0].layout == SUPNORM_WORDS && CNetwork(beyond).selfCheck() == SUPNORM_OK)
      let device = CNetwork(beyond)
      unsafe device.layers[0].layout = UInt8(layout)
      unsafe device.layers[0].halfwords = device.copy([0, 0])
      unsafe device.layers[0].words = nil
      let tables = unsafe [supnorm_inference_of(UInt8(SUPNORM_MAXPLUS), UInt8(layout))]
      unsafe device.network.pointee.inference = device.copy(tables)
      #expect(device.selfCheck() == SUPNORM_ERROR_MALFORMED)
    }
  }

  /// Changes of the first row of `example` that keep every count: what the self-check finds before it comes to the
  /// checksum, as the compiler and the checker do.
  @Test(arguments: layouts)
  func `Rows that would not end, first steps and places that are not there are malformed`(layout: Int32)
    throws
  {
    let device = CNetwork(try Self.example(layout))
    let (rows, bits) = unsafe (device.layers[0], [16, 8, 11][Int(layout)])
    let count = unsafe Int(rows.row_entries[0])
    let row = (0..<count).map { index in
      unsafe layout == SUPNORM_WORDS ? rows.words[index] : UInt32(rows.halfwords[index])
    }
    let rest = unsafe (count..<Int(rows.entries)).map { index in
      unsafe layout == SUPNORM_WORDS ? rows.words[index] : UInt32(rows.halfwords[index])
    }
    func status(_ change: (inout [UInt32]) -> Void) -> Int32 {
      var changed = row
      change(&changed)
      let all = changed + rest
      if layout == SUPNORM_WORDS {
        unsafe device.layers[0].words = device.copy(all)
      } else {
        unsafe device.layers[0].halfwords = device.copy(all.map { UInt16($0) })
      }
      return device.selfCheck()
    }
    #expect(status { _ in } == SUPNORM_OK)
    #expect(status { $0[0] += 1 << bits } == SUPNORM_ERROR_MALFORMED, "a first step")
    #expect(status { $0[count - 1] -= 1 << bits } == SUPNORM_ERROR_MALFORMED, "a sum one less than the range")
    let places = unsafe 2 * UInt32(rows.columns)
    #expect(status { $0[1] = ($0[1] >> bits) << bits | places } == SUPNORM_ERROR_MALFORMED, "a place too far")
    #expect(status { $0[count - 1] += 1 << bits } == SUPNORM_ERROR_CHECKSUM, "one more step harms nothing")
  }

  /// What an earlier exit would need is not assumed of the numbers: whatever range a layer states, it cuts to that.
  @Test func `A range that is narrower than what comes is cut to, by the kernels as by a plain loop`() throws
  {
    var random = TestRandom()
    for layout in Self.layouts {
      let network = try Self.example(layout)
      let device = CNetwork(network)
      let range = unsafe (device.layers[1].input_min, device.layers[1].input_max)
      #expect(range.1 > range.0 + 40)
      for _ in 0..<50 {
        // The second layer alone, with a range that the first one leaves.
        let layer = network.layers[1]
        let narrow = Int(range.0) + 20...Int(range.1) - 20
        let narrowed = CNetwork(
          try IntegerNetwork(
            layers: [IntegerLayer(columns: 2, entries: layer.entries, activation: .negate)], unit: 1,
            inputMinimum: narrow.lowerBound, inputMaximum: narrow.upperBound))
        let input = random.input(count: 2, range: Int(range.0)...Int(range.1))
        let cut = input.map { min(max($0, Int16(narrow.lowerBound)), Int16(narrow.upperBound)) }
        let expected = layer.entries.map { row in
          -(row.map { Int32($0.sign) * Int32(cut[$0.column]) + Int32($0.offset) }.max() ?? 0)
        }
        #expect(narrowed.infer(input)?.logits == expected, "\(random)")
      }
    }
  }

  @Test func `A regression of max-plus layers changes by no more than its inputs`() throws {
    let network = try Self.example(SUPNORM_HALFWORDS).changed(task: .regression)
    let certified = try CertifiedNetwork(network)
    for radius in [0, 1, 77, 65535] {
      #expect(try certified.outputChange(1, within: radius) == UInt32(radius))
    }
  }
}
