public import Claims
package import CSupNorm

/// One candidate `sign·x_column + offset` for the maximum of a max-plus row.
public typealias MaxPlusEntry = MaxPlusClaims.Entry

extension MaxPlusEntry {
  /// Whether the sign is -1.
  public var isNegated: Bool { sign < 0 }

  /// The offset as `s·(x - b)` has it: `b = -s·offset`.
  ///
  /// A byte can hold it when it lies in 0 … 255.
  public var center: Int { -sign * offset }
}

/// A max-plus layer: `y = activation(clamp(max(s·x + o)))` over the entries of each row.
public struct MaxPlusLayer: LayerContent {
  /// Inputs, 1 … 65535.
  public let columns: Int
  /// The entries of each row in storage order: by group, then by column.
  public let entries: [[MaxPlusEntry]]
  /// What follows; in the last layer identity or negate.
  public let activation: IntegerActivation
  /// Whether columns are stored as bytes in blocks of 256.
  public let usesByteColumns: Bool
  /// Whether offsets are stored as bytes.
  public let usesByteOffsets: Bool

  /// Creates a layer with one row for each element of `entries`.
  ///
  /// Each row is sorted into storage order. Of several entries with the same column and sign only the one with the
  /// greatest offset is kept: the others never reach the maximum alone.
  ///
  /// - Parameters:
  ///   - usesByteColumns: the storage of the columns; the smaller one when nil.
  ///   - usesByteOffsets: the storage of the offsets; the smaller one that holds them when nil.
  /// - Precondition: every row has an entry, columns lie in 0 …< `columns`, offsets within `Int16`; byte columns
  ///   reach no further than 1024, byte offsets have a `center` in 0 … 255.
  /// - Complexity: O(n log n) for n entries.
  public init(
    columns: Int, entries: [[MaxPlusEntry]], activation: IntegerActivation, usesByteColumns: Bool? = nil,
    usesByteOffsets: Bool? = nil
  ) {
    let entries = entries.map(\.withoutRepetitions)
    let fitsByteOffsets = entries.allSatisfy { $0.allSatisfy { (0...255).contains($0.center) } }
    precondition((1...65535).contains(entries.count) && (1...65535).contains(columns))
    precondition(
      entries.allSatisfy { row in
        !row.isEmpty
          && row.allSatisfy { (0..<columns).contains($0.column) && (-32768...32767).contains($0.offset) }
      })
    precondition(usesByteColumns != true || columns <= Self.maximumByteColumns)
    precondition(usesByteOffsets != true || fitsByteOffsets)
    let count = entries.reduce(0) { $0 + $1.count }
    // A byte less for each entry, two more for each group beyond two.
    let extraGroups = Self.groupsPerRow(columns: columns, usesByteColumns: true) - 2
    let isSmaller = columns <= Self.maximumByteColumns && count > 2 * extraGroups * entries.count
    let hasByteColumns = usesByteColumns ?? isSmaller
    self.columns = columns
    self.activation = activation
    self.usesByteOffsets = usesByteOffsets ?? fitsByteOffsets
    self.usesByteColumns = hasByteColumns
    self.entries = entries.map { row in
      row.sorted {
        (Self.group(of: $0, usesByteColumns: hasByteColumns), $0.column)
          < (Self.group(of: $1, usesByteColumns: hasByteColumns), $1.column)
      }
    }
  }

  /// The layer that proved claims describe.
  init(_ claims: LayerClaims, _ content: MaxPlusClaims) {
    self.init(
      columns: claims.columns, entries: content.rows, activation: claims.activation,
      usesByteColumns: content.layout & Int(SUPNORM_BYTE_COLUMNS) != 0,
      usesByteOffsets: content.layout & Int(SUPNORM_BYTE_OFFSETS) != 0)
  }

  /// A layer of more columns than this cannot have byte columns.
  public static var maximumByteColumns: Int { 1024 }

  /// How many groups of entries each row has: one for each sign, with byte columns in each block of 256 columns.
  public var groupsPerRow: Int { Self.groupsPerRow(columns: columns, usesByteColumns: usesByteColumns) }

  /// The group, 0 …< `groupsPerRow`, that an entry stands in.
  public func group(of entry: MaxPlusEntry) -> Int {
    Self.group(of: entry, usesByteColumns: usesByteColumns)
  }

  private static func groupsPerRow(columns: Int, usesByteColumns: Bool) -> Int {
    usesByteColumns ? 2 * ((columns + 255) / 256) : 2
  }

  private static func group(of entry: MaxPlusEntry, usesByteColumns: Bool) -> Int {
    (usesByteColumns ? 2 * (entry.column / 256) : 0) + (entry.isNegated ? 1 : 0)
  }

  /// The layout bits of supnorm.h.
  public var layout: Int32 {
    (usesByteColumns ? SUPNORM_BYTE_COLUMNS : 0) | (usesByteOffsets ? SUPNORM_BYTE_OFFSETS : 0)
  }

  /// The columns that the device stores, row after row: byte columns modulo 256.
  public var storedColumns: [UInt16] {
    entries.joined().map { UInt16(usesByteColumns ? $0.column % 256 : $0.column) }
  }

  /// The offsets as the device stores them, row after row: byte offsets are `-s·o`.
  public var storedOffsets: [Int] { entries.joined().map { usesByteOffsets ? $0.center : $0.offset } }

  /// How many entries each group has, row after row.
  public var storedCounts: [UInt16] {
    entries.flatMap { row in
      var counts = [UInt16](repeating: 0, count: groupsPerRow)
      for entry in row { counts[group(of: entry)] += 1 }
      return counts
    }
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
  package var storedCount: Int { entries.reduce(0) { $0 + $1.count } }
  package var nonzeroCount: Int { storedCount }
  package var parameterBytes: Int {
    let entryBytes = (usesByteColumns ? 1 : 2) + (usesByteOffsets ? 1 : 2)
    return 2 * groupsPerRow * entries.count + entryBytes * storedCount
  }

  /// `s·x + o` stays within 2^16 and cannot overflow.
  package func inadmissibleRow(ofLayer layer: Int) -> InadmissibleRow? { nil }

  package func mayEndNetwork(hasResiduals: Bool) -> Bool {
    !hasResiduals && (activation == .identity || activation == .negate)
  }

  package var claims: LayerClaims.Content { .maxPlus(MaxPlusClaims(layout: Int(layout), rows: entries)) }

  package func cLayer(in memory: NetworkMemory) -> supnorm_layer {
    let (columns, offsets) = (storedColumns, storedOffsets)
    return unsafe supnorm_layer(
      kind: UInt8(SUPNORM_MAXPLUS), activation: UInt8(activation.constant), shift: 0, layout: UInt8(layout),
      rows: UInt16(entries.count), columns: UInt16(self.columns), row_sum_bound: 1,
      entries: UInt32(storedCount),
      weights: usesByteOffsets ? nil : memory.copy(offsets.map { Int16($0) }), biases: nil,
      words: nil, column_indices: usesByteColumns ? nil : memory.copy(columns),
      row_entries: memory.copy(storedCounts),
      byte_columns: usesByteColumns ? memory.copy(columns.map { UInt8($0) }) : nil,
      byte_offsets: usesByteOffsets ? memory.copy(offsets.map { UInt8($0) }) : nil)
  }
}

extension [MaxPlusEntry] {
  /// Each column and sign once, with its greatest offset.
  fileprivate var withoutRepetitions: [MaxPlusEntry] {
    let sorted = sorted { ($0.column, -$0.sign, -$0.offset) < ($1.column, -$1.sign, -$1.offset) }
    return sorted.indices.compactMap { index in
      let isRepeated =
        index > 0 && sorted[index - 1].column == sorted[index].column
        && sorted[index - 1].sign == sorted[index].sign
      return isRepeated ? nil : sorted[index]
    }
  }
}
