public import Claims
package import CSupNorm

/// A dense or sparse layer: `y = activation(clamp((Σ w·x + b + 2^(shift-1)) >> shift))`.
public struct WeightedLayer: LayerContent {
  /// Outputs, 1 … 65535.
  public let rows: Int
  /// Inputs, 1 … 65535.
  public let columns: Int
  /// Row-major, `rows * columns`, zeros included whatever the storage.
  public let weights: [Int16]
  /// In accumulator units.
  public let biases: [Int32]
  /// 0 … 15; a weight means `w / 2^shift`.
  public let shift: Int
  /// What follows requantization; in the last layer identity.
  public let activation: IntegerActivation
  /// No row's sum of `|w|` exceeds this.
  public let rowSumBound: Int
  /// Whether only the non-zero weights are stored on the device.
  public let isSparse: Bool

  /// Creates a layer; the counts must agree.
  ///
  /// - Parameter isSparse: the storage; the smaller one when nil. Below half the weights that is the sparse one, which is
  ///   the faster one as well wherever a multiplication takes several instructions; where two take one, below a fifth.
  /// - Precondition: a sparse layer has at most `maximumSparseColumns`.
  public init(
    rows: Int, columns: Int, weights: [Int16], biases: [Int32], shift: Int, activation: IntegerActivation,
    rowSumBound: Int, isSparse: Bool? = nil
  ) {
    precondition(weights.count == rows * columns && biases.count == rows && (0...15).contains(shift))
    self.rows = rows
    self.columns = columns
    self.weights = weights
    self.biases = biases
    self.shift = shift
    self.activation = activation
    self.rowSumBound = rowSumBound
    let nonzero = weights.count { $0 != 0 }
    let canBeSparse = columns <= Self.maximumSparseColumns
    precondition(isSparse != true || canBeSparse)
    let isSmaller = nonzero > 0 && 8 * rows + 4 * nonzero < 4 * rows + 2 * weights.count
    self.isSparse = isSparse ?? (canBeSparse && isSmaller)
  }

  /// A layer of more columns than this cannot be sparse.
  public static var maximumSparseColumns: Int { Int(SUPNORM_SPARSE_COLUMNS_MAX) }

  /// The layer that proved claims describe.
  init(_ claims: LayerClaims, _ content: WeightClaims, isSparse: Bool) {
    var weights = [Int16](repeating: 0, count: claims.rowCount * claims.columns)
    for (row, entries) in content.rows.enumerated() {
      for entry in entries { weights[row * claims.columns + entry.column] = Int16(entry.weight) }
    }
    self.init(
      rows: claims.rowCount, columns: claims.columns, weights: weights,
      biases: content.biases.map { Int32($0) }, shift: claims.shift, activation: claims.activation,
      rowSumBound: claims.rowSumBound, isSparse: isSparse)
  }

  /// The same layer with every weight stored, zeros too.
  var dense: WeightedLayer {
    WeightedLayer(
      rows: rows, columns: columns, weights: weights, biases: biases, shift: shift, activation: activation,
      rowSumBound: rowSumBound, isSparse: false)
  }

  /// The weights of one row.
  public func row(_ index: Int) -> ArraySlice<Int16> { weights[index * columns..<(index + 1) * columns] }

  /// The weights of one row that a sparse layer stores, in storage order: those above 0, then those below.
  public func sparseRow(_ index: Int) -> [WeightClaims.Entry] {
    let entries = row(index).enumerated().lazy.filter { $0.element != 0 }.map {
      WeightClaims.Entry(column: $0.offset, weight: Int($0.element))
    }
    return entries.filter { $0.weight > 0 } + entries.filter { $0.weight < 0 }
  }

  /// The words of a sparse layer, row after row: `2 * column | weight << 16`.
  public var storedWords: [UInt32] {
    (0..<rows).flatMap { row in
      sparseRow(row).map { UInt32(2 * $0.column) | UInt32(truncatingIfNeeded: $0.weight) << 16 }
    }
  }

  /// How many weights above and how many below 0 each row of a sparse layer stores.
  public var storedCounts: [UInt16] {
    (0..<rows).flatMap { index in
      [UInt16(row(index).count { $0 > 0 }), UInt16(row(index).count { $0 < 0 })]
    }
  }
}

extension WeightedLayer {
  package var name: String { isSparse ? "sparse" : "dense" }
  package var input: Shape { Shape(channels: columns) }
  package var output: Shape { Shape(channels: rows) }
  package var rowSums: [Int] { (0..<rows).map { row($0).reduce(0) { $0 + Int($1.magnitude) } } }
  package var passesChangesOn: Bool { false }
  package var nonzeroCount: Int { weights.count { $0 != 0 } }
  package var storedCount: Int { isSparse ? nonzeroCount : weights.count }
  package var parameterBytes: Int { isSparse ? 8 * rows + 4 * storedCount : 4 * rows + 2 * storedCount }

  package func inadmissibleRow(ofLayer layer: Int) -> InadmissibleRow? {
    for (row, sum) in rowSums.enumerated() {
      if sum > rowSumBound {
        return InadmissibleRow(layer: layer, row: row, quantity: "row sum", value: sum, bound: rowSumBound)
      }
      let reach = 32768 * sum + Int(biases[row].magnitude) + (1 << shift) / 2
      if reach > Int(Int32.max) {
        return InadmissibleRow(
          layer: layer, row: row, quantity: "2^15·R + |b| + 2^(shift-1)", value: reach, bound: Int(Int32.max))
      }
    }
    return nil
  }

  package func mayEndNetwork(hasResiduals: Bool) -> Bool { activation == .identity }

  package var inputRange: ClosedRange<Int> { -32768...32767 }
  package func narrowed(to range: ClosedRange<Int>) -> IntegerLayer { .weighted(self) }

  package func ends(over columns: [ClosedRange<Int>]) -> [ClosedRange<Int>] {
    (0..<rows).map { row in
      var (least, greatest) = (Int(biases[row]), Int(biases[row]))
      for (weight, column) in zip(self.row(row), columns) {
        least += Int(weight) * (weight < 0 ? column.upperBound : column.lowerBound)
        greatest += Int(weight) * (weight < 0 ? column.lowerBound : column.upperBound)
      }
      return least...greatest
    }
  }

  package var claims: LayerClaims.Content {
    let content = WeightClaims(
      rows: (0..<rows).map { index in
        isSparse
          ? sparseRow(index)
          : row(index).enumerated().map { WeightClaims.Entry(column: $0.offset, weight: Int($0.element)) }
      }, biases: biases.map { Int($0) })
    return isSparse ? .sparse(content) : .dense(content)
  }

  package func cLayer(in memory: NetworkMemory) -> supnorm_layer {
    unsafe supnorm_layer(
      kind: UInt8(isSparse ? SUPNORM_SPARSE : SUPNORM_DENSE), activation: UInt8(activation.constant),
      shift: UInt8(shift), layout: 0, rows: UInt16(rows), columns: UInt16(columns),
      row_sum_bound: UInt32(rowSumBound), entries: UInt32(storedCount), input_min: .min, input_max: .max,
      table_gain: 0, table_shift: 0, weights: isSparse ? nil : memory.copy(weights),
      biases: memory.copy(biases),
      words: isSparse ? memory.copy(storedWords) : nil,
      row_entries: isSparse ? memory.copy(storedCounts) : nil, halfwords: nil, nodes: nil)
  }
}
