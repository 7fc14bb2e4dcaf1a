public import Claims
package import CSupNorm

/// One candidate `sign·x_column + offset` for the maximum of a max-plus row.
public struct MaxPlusEntry: Equatable, Sendable {
  /// The input it reads.
  public var column: Int
  /// 1 or -1.
  public var sign: Int
  /// What is added.
  public var offset: Int

  /// Creates an entry.
  public init(column: Int, sign: Int, offset: Int) {
    self.column = column
    self.sign = sign
    self.offset = offset
  }

  /// Where the device finds how far the entry falls short of its potential.
  fileprivate var place: Int { 2 * column + (sign > 0 ? 1 : 0) }

  /// The greatest value that it takes over a range of inputs.
  fileprivate func potential(over range: ClosedRange<Int>) -> Int {
    offset + (sign > 0 ? range.upperBound : -range.lowerBound)
  }
}

/// A max-plus layer: `y = activation(clamp(max(s·x + o)))` over the entries of each row, of inputs cut to a range.
public struct MaxPlusLayer: LayerContent {
  /// Inputs, 1 … `maximumColumns`.
  public let columns: Int
  /// What inputs are cut to.
  public let range: ClosedRange<Int>
  /// The entries of each row that can be its maximum somewhere in the range, by falling potential; each column and sign
  /// once.
  public let entries: [[MaxPlusEntry]]
  /// What follows; in the last layer identity or negate.
  public let activation: IntegerActivation
  /// The rows as the device stores them.
  private let stored: MaxPlusClaims

  /// The most columns: twice a column fits in 16 bits.
  public static var maximumColumns: Int { 32767 }

  /// Creates a layer with one row for each element of `entries`, in the first layout of bytes, halfwords and words
  /// that holds them.
  ///
  /// Of several entries with the same column and sign only the one with the greatest offset is kept, and of all those that
  /// exceed the least value of the first somewhere in the range: the others are never the maximum alone.
  ///
  /// - Precondition: every row has an entry, columns lie in 0 …< `columns`, the range within `Int16`, and no row's greatest
  ///   potential exceeds 2^17 in magnitude, which no offset of `Int16` makes it do.
  /// - Complexity: O(n log n) for n entries.
  public init(
    columns: Int, entries: [[MaxPlusEntry]], activation: IntegerActivation,
    range: ClosedRange<Int> = -32768...32767
  ) {
    precondition((1...65535).contains(entries.count) && (1...Self.maximumColumns).contains(columns))
    precondition(range.lowerBound >= -32768 && range.upperBound <= 32767)
    precondition(entries.joined().allSatisfy { (0..<columns).contains($0.column) })
    self.columns = columns
    self.range = range
    self.activation = activation
    self.entries = entries.map { $0.winners(over: range) }
    precondition(self.entries.allSatisfy { !$0.isEmpty && abs($0[0].potential(over: range)) <= 1 << 17 })
    let layouts: [StoredLayout] = [.bytes, .halfwords]
    let layout = layouts.first { $0.holds(columns: columns, range: range) } ?? .words
    stored = MaxPlusClaims(
      layout: layout.rawValue, inputMinimum: range.lowerBound, inputMaximum: range.upperBound,
      bases: self.entries.map { $0[0].potential(over: range) },
      rows: self.entries.map { layout.row($0, over: range) })
  }

  /// The layer that proved claims describe.
  init(_ claims: LayerClaims, _ content: MaxPlusClaims) {
    columns = claims.columns
    range = content.inputMinimum...content.inputMaximum
    activation = claims.activation
    stored = content
    entries = content.rows.indices.map { [range] row in
      var potential = content.bases[row]
      let all = content.rows[row].map { entry in
        potential -= entry.step
        let greatest = entry.sign > 0 ? range.upperBound : -range.lowerBound
        return MaxPlusEntry(column: entry.column, sign: entry.sign, offset: potential - greatest)
      }
      return all.winners(over: range)
    }
  }

  /// The layout of supnorm.h.
  public var layout: Int32 { Int32(stored.layout) }
  /// The greatest potential of each row.
  public var bases: [Int] { stored.bases }
}

/// How an entry holds its step and its place; the raw values are those of supnorm.h.
private enum StoredLayout: Int {
  case words, bytes, halfwords

  /// Bits of a place.
  var placeBits: Int {
    switch self {
    case .words: 16
    case .bytes: 8
    case .halfwords: 11
    }
  }

  /// The greatest step that fits beside a place.
  var greatestStep: Int {
    switch self {
    case .words: 65535
    case .bytes: 255
    case .halfwords: 31
    }
  }

  /// Whether a layout of bytes has room for the places and the values.
  func holds(columns: Int, range: ClosedRange<Int>) -> Bool {
    2 * columns <= 1 << placeBits && range.upperBound - range.lowerBound <= 255
  }

  /// Entries by falling potential as steps, with as many more of the first one's place as steps that do not fit take, the
  /// last of them behind all that can be the maximum.
  func row(_ entries: [MaxPlusEntry], over range: ClosedRange<Int>) -> [MaxPlusClaims.Entry] {
    var row: [MaxPlusClaims.Entry] = []
    var last = entries[0].potential(over: range)
    let end = last - max(range.upperBound - range.lowerBound, 1)
    func append(_ entry: MaxPlusEntry, _ potential: Int) {
      while last - potential > greatestStep {
        row.append(MaxPlusClaims.Entry(column: entries[0].column, sign: entries[0].sign, step: greatestStep))
        last -= greatestStep
      }
      row.append(MaxPlusClaims.Entry(column: entry.column, sign: entry.sign, step: last - potential))
      last = potential
    }
    for entry in entries { append(entry, entry.potential(over: range)) }
    append(entries[0], end)
    return row
  }
}

extension MaxPlusClaims {
  fileprivate var entryCount: Int { rows.reduce(0) { $0 + $1.count } }
  fileprivate var entryBytes: Int { entryCount * (layout == 0 ? 4 : 2) }

  /// The entries as the device stores them.
  fileprivate func stored<Value: FixedWidthInteger>(_ layout: StoredLayout) -> [Value] {
    rows.joined().map { Value($0.step << layout.placeBits | 2 * $0.column | ($0.sign > 0 ? 1 : 0)) }
  }
}

extension MaxPlusLayer {
  package var name: String { "maxPlus" }
  package var input: Shape { Shape(channels: columns) }
  package var output: Shape { Shape(channels: entries.count) }
  package var shift: Int { 0 }
  package var rowSumBound: Int { 1 }
  /// A maximum moves no further than what it reads.
  package var rowSums: [Int] { Array(repeating: 1, count: entries.count) }
  package var passesChangesOn: Bool { true }
  package var storedCount: Int { stored.entryCount }
  package var nonzeroCount: Int { storedCount }
  /// A count of 2 bytes and a potential of 4 for each row stand beside the entries.
  package var parameterBytes: Int { 6 * entries.count + stored.entryBytes }

  /// `s·x + o` stays within 2^19 and cannot overflow.
  package func inadmissibleRow(ofLayer layer: Int) -> InadmissibleRow? { nil }

  package func mayEndNetwork(hasResiduals: Bool) -> Bool {
    !hasResiduals && (activation == .identity || activation == .negate)
  }

  package var inputRange: ClosedRange<Int> { range }

  package func narrowed(to narrower: ClosedRange<Int>) -> IntegerLayer {
    .maximum(
      range == narrower
        ? self : MaxPlusLayer(columns: columns, entries: entries, activation: activation, range: narrower))
  }

  package func ends(over columns: [ClosedRange<Int>]) -> [ClosedRange<Int>] {
    entries.map { row in
      let ends = row.map { entry in
        let column = columns[entry.column]
        return entry.sign > 0
          ? column.lowerBound + entry.offset...column.upperBound + entry.offset
          : entry.offset - column.upperBound...entry.offset - column.lowerBound
      }
      // A maximum is monotone in each of its candidates. A row has an entry.
      return ends.dropFirst().reduce(ends[0]) {
        max($0.lowerBound, $1.lowerBound)...max($0.upperBound, $1.upperBound)
      }
    }
  }

  package var claims: LayerClaims.Content { .maxPlus(stored) }

  package func cLayer(in memory: NetworkMemory) -> supnorm_layer {
    // Of claims that hold, so there is such a layout.
    let layout = StoredLayout(rawValue: stored.layout) ?? .words
    return unsafe supnorm_layer(
      kind: UInt8(SUPNORM_MAXPLUS), activation: UInt8(activation.constant), shift: 0,
      layout: UInt8(stored.layout),
      rows: UInt16(entries.count), columns: UInt16(columns), row_sum_bound: 1, entries: UInt32(storedCount),
      input_min: Int16(range.lowerBound), input_max: Int16(range.upperBound), table_gain: 0, table_shift: 0,
      weights: nil,
      biases: memory.copy(stored.bases.map { Int32($0) }),
      words: layout == .words ? memory.copy(stored.stored(layout)) : nil,
      row_entries: memory.copy(stored.rows.map { UInt16($0.count) }),
      halfwords: layout == .words ? nil : memory.copy(stored.stored(layout)), nodes: nil)
  }
}

extension [MaxPlusEntry] {
  /// Each column and sign once, with its greatest offset, by falling potential, as far as they exceed the least value
  /// of the first one somewhere in the range.
  fileprivate func winners(over range: ClosedRange<Int>) -> [MaxPlusEntry] {
    let sorted = sorted { ($0.place, -$0.offset) < ($1.place, -$1.offset) }
    let distinct = sorted.indices.filter { $0 == 0 || sorted[$0 - 1].place != sorted[$0].place }.map {
      sorted[$0]
    }
    let ordered = distinct.sorted {
      (-$0.potential(over: range), $0.place) < (-$1.potential(over: range), $1.place)
    }
    guard let first = ordered.first else { return [] }
    let least = first.potential(over: range) - (range.upperBound - range.lowerBound)
    return [first] + ordered.dropFirst().prefix { $0.potential(over: range) > least }
  }
}
