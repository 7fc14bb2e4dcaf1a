internal import CSupNorm

/// What a hidden layer applies to its outputs, see supnorm.h.
public enum IntegerActivation: CaseIterable, Sendable {
  case identity, relu, abs, maxMin, sort, negate

  /// The constant of supnorm.h.
  public var constant: Int32 {
    switch self {
    case .identity: SUPNORM_IDENTITY
    case .relu: SUPNORM_RELU
    case .abs: SUPNORM_ABS
    case .maxMin: SUPNORM_MAXMIN
    case .sort: SUPNORM_SORT
    case .negate: SUPNORM_NEGATE
    }
  }
}

/// What a layer computes, and how it is stored.
public enum IntegerLayerKind: String, CaseIterable, Sendable {
  /// `b + Σ w·x` over all columns.
  case dense
  /// The same, storing only the non-zero weights.
  case sparse
  /// `max(s·x + o)` over the entries of a row.
  case maxPlus

  /// The constant of supnorm.h.
  public var constant: Int32 {
    switch self {
    case .dense: SUPNORM_DENSE
    case .sparse: SUPNORM_SPARSE
    case .maxPlus: SUPNORM_MAXPLUS
    }
  }
}

/// One candidate `s·x_column + offset` for the maximum of a max-plus row, with s = -1 where it is negated and else +1.
public struct MaxPlusEntry: Equatable, Sendable {
  /// The input that it reads.
  public var column: Int
  /// Whether the sign s is -1.
  public var isNegated: Bool
  /// What is added, within `Int16`.
  public var offset: Int

  /// Creates an entry; nothing is checked.
  public init(column: Int, isNegated: Bool, offset: Int) {
    self.column = column
    self.isNegated = isNegated
    self.offset = offset
  }

  /// The offset as `s·(x - b)` has it: `b = -s·offset`.
  ///
  /// A byte can hold it when it lies in 0 … 255.
  public var center: Int { isNegated ? offset : -offset }
}

/// A layer of integers, see `supnorm_layer` in supnorm.h: dense or sparse, `(Σ w·x + b) / 2^shift`, or max-plus,
/// `max(s·x + o)`.
public struct IntegerLayer: Equatable, Sendable {
  /// What the layer computes, and how it is stored.
  public private(set) var kind: IntegerLayerKind
  /// Outputs, 1 … 65535.
  public var rows: Int
  /// Inputs, 1 … 65535.
  public var columns: Int
  /// Row-major, `rows * columns`, zeros included whatever the storage; empty in a max-plus layer.
  public var weights: [Int16]
  /// In accumulator units; empty in a max-plus layer.
  public var biases: [Int32]
  /// 0 … 15; a weight means `w / 2^shift`; 0 in a max-plus layer.
  public var shift: Int
  /// What follows requantization; in the last layer identity, or negate of a max-plus layer.
  public var activation: IntegerActivation
  /// No row's sum of `|w|` exceeds this; 1 in a max-plus layer.
  public var rowSumBound: Int
  /// The entries of each row of a max-plus layer in storage order: by group, then by column; empty in the others.
  public private(set) var entries: [[MaxPlusEntry]]
  /// Whether a max-plus layer stores its columns as bytes in blocks of 256.
  public private(set) var usesByteColumns: Bool
  /// Whether a max-plus layer stores its offsets as bytes.
  public private(set) var usesByteOffsets: Bool

  /// Creates a dense or sparse layer; the counts must agree.
  public init(
    rows: Int, columns: Int, weights: [Int16], biases: [Int32], shift: Int, activation: IntegerActivation,
    rowSumBound: Int, isSparse: Bool
  ) {
    precondition(weights.count == rows * columns && biases.count == rows && (0...15).contains(shift))
    kind = isSparse ? .sparse : .dense
    self.rows = rows
    self.columns = columns
    self.weights = weights
    self.biases = biases
    self.shift = shift
    self.activation = activation
    self.rowSumBound = rowSumBound
    entries = []
    usesByteColumns = false
    usesByteOffsets = false
  }

  /// Creates a max-plus layer with one row for each element of `entries`.
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
    kind = .maxPlus
    rows = entries.count
    self.columns = columns
    weights = []
    biases = []
    shift = 0
    self.activation = activation
    rowSumBound = 1
    self.entries = entries.map(\.withoutRepetitions)
    let fitsByteOffsets = self.entries.allSatisfy { $0.allSatisfy { (0...255).contains($0.center) } }
    precondition((1...65535).contains(rows) && (1...65535).contains(columns))
    precondition(
      entries.allSatisfy { row in
        !row.isEmpty
          && row.allSatisfy { (0..<columns).contains($0.column) && (-32768...32767).contains($0.offset) }
      })
    precondition(usesByteColumns != true || columns <= Self.maximumByteColumns)
    precondition(usesByteOffsets != true || fitsByteOffsets)
    self.usesByteOffsets = usesByteOffsets ?? fitsByteOffsets
    self.usesByteColumns = columns <= Self.maximumByteColumns
    let count = self.entries.reduce(0) { $0 + $1.count }
    // A byte less for each entry, two more for each group beyond two.
    let isSmaller = self.usesByteColumns && count > 2 * (groupsPerRow - 2) * rows
    self.usesByteColumns = usesByteColumns ?? isSmaller
    let grouped = self
    self.entries = self.entries.map { row in
      row.sorted { (grouped.group(of: $0), $0.column) < (grouped.group(of: $1), $1.column) }
    }
  }

  /// A layer of more columns than this cannot have byte columns.
  public static var maximumByteColumns: Int { 1024 }

  /// How many groups of entries each row of a max-plus layer has: one for each sign, with byte columns in each block
  /// of 256 columns.
  public var groupsPerRow: Int { usesByteColumns ? 2 * ((columns + 255) / 256) : 2 }

  /// The group, 0 …< `groupsPerRow`, that an entry of a max-plus layer stands in.
  public func group(of entry: MaxPlusEntry) -> Int {
    (usesByteColumns ? 2 * (entry.column / 256) : 0) + (entry.isNegated ? 1 : 0)
  }

  /// Whether only the non-zero weights are stored on the device; setting it changes the storage of a dense or sparse
  /// layer.
  public var isSparse: Bool {
    get { kind == .sparse }
    set {
      precondition(kind != .maxPlus)
      kind = newValue ? .sparse : .dense
    }
  }

  /// The weights of one row of a dense or sparse layer.
  public func row(_ index: Int) -> ArraySlice<Int16> {
    weights[index * columns..<(index + 1) * columns]
  }

  /// The integer row sums `R = Σ|w|`; 1 for every row of a max-plus layer, which is nonexpansive.
  ///
  /// - Complexity: O(rows · columns).
  public var rowSums: [Int] {
    switch kind {
    case .dense, .sparse: (0..<rows).map { row($0).reduce(0) { $0 + Int($1.magnitude) } }
    case .maxPlus: Array(repeating: 1, count: rows)
    }
  }

  /// How many weights are not zero.
  public var nonzeroCount: Int { weights.count { $0 != 0 } }

  /// How many weights or entries the device stores.
  public var storedCount: Int {
    switch kind {
    case .dense: weights.count
    case .sparse: nonzeroCount
    case .maxPlus: entries.reduce(0) { $0 + $1.count }
    }
  }

  /// The bytes of the parameters on the device, biases included.
  public var parameterBytes: Int {
    switch kind {
    case .dense: 4 * rows + 2 * storedCount
    case .sparse: 6 * rows + 4 * storedCount
    case .maxPlus:
      2 * groupsPerRow * rows + (usesByteColumns ? 1 : 2) * storedCount + (usesByteOffsets ? 1 : 2)
        * storedCount
    }
  }
}

extension [MaxPlusEntry] {
  /// Each column and sign once, with its greatest offset.
  fileprivate var withoutRepetitions: [MaxPlusEntry] {
    let sorted = sorted {
      ($0.column, $0.isNegated ? 1 : 0, -$0.offset) < ($1.column, $1.isNegated ? 1 : 0, -$1.offset)
    }
    return sorted.indices.compactMap { index in
      let isRepeated =
        index > 0 && sorted[index - 1].column == sorted[index].column
        && sorted[index - 1].isNegated == sorted[index].isNegated
      return isRepeated ? nil : sorted[index]
    }
  }
}

/// A row that could leave `Int32` or exceeds its declared bound.
public struct InadmissibleRow: Error, Equatable, Sendable, CustomStringConvertible {
  /// Where.
  public var layer: Int
  /// Where in the layer.
  public var row: Int
  /// What was measured, in words (`row sum`, `2^15·R + |b| + 2^(shift-1)`).
  public var quantity: String
  /// What it came to.
  public var value: Int
  /// What it may come to.
  public var bound: Int

  /// Creates an error.
  public init(layer: Int, row: Int, quantity: String, value: Int, bound: Int) {
    self.layer = layer
    self.row = row
    self.quantity = quantity
    self.value = value
    self.bound = bound
  }

  /// One line: place, value and bound.
  public var description: String { "layer \(layer) row \(row): \(quantity) \(value) > \(bound)" }
}

/// What the outputs of a network are.
public enum Task: Equatable, Sendable {
  /// The logits of classes; the largest wins.
  case classification
  /// Numbers, each of its own.
  case regression
}

/// A network of integers, as it is deployed.
public struct IntegerNetwork: Equatable, Sendable {
  /// First to last.
  public var layers: [IntegerLayer]
  /// LSB that make one mapped input unit, 1 … 32768.
  public var unit: Int
  /// The declared input range in LSB, within `Int16`.
  public var inputMinimum: Int
  /// The greatest input of the declared range, in LSB.
  public var inputMaximum: Int
  /// The inputs that the last layer reads beside the outputs of the last hidden layer, as its last columns.
  ///
  /// They make the residual form `g(x) + Σ r·x_k`. Increasing; empty in a plain network.
  public var residualInputs: [Int]
  /// What the outputs are.
  public var task: Task

  /// Creates a network and proves its bounds.
  ///
  /// - Throws: the first row whose sum exceeds the layer's `rowSumBound`, or that does not satisfy
  ///   `2^15·R + |b| + 2^(shift-1) ≤ 2^31 - 1`, so that no partial sum can overflow.
  /// - Precondition: neighboring layers fit each other, the last one with the residual inputs, which need a last layer
  ///   that is not max-plus, and the last activation is `identity`, or `negate` of a max-plus layer.
  public init(
    layers: [IntegerLayer], unit: Int, inputMinimum: Int, inputMaximum: Int, residualInputs: [Int] = [],
    task: Task = .classification
  ) throws(InadmissibleRow) {
    precondition(!layers.isEmpty && (residualInputs.isEmpty || layers.count > 1))
    for (index, (layer, next)) in zip(layers, layers.dropFirst()).enumerated() {
      let isLast = index == layers.count - 2
      precondition(next.columns == layer.rows + (isLast ? residualInputs.count : 0))
    }
    let last = layers[layers.count - 1]
    precondition(last.activation == .identity || (last.kind == .maxPlus && last.activation == .negate))
    precondition(residualInputs.isEmpty || last.kind != .maxPlus)
    precondition(inputMinimum <= inputMaximum)
    precondition(residualInputs.allSatisfy { (0..<layers[0].columns).contains($0) })
    precondition(zip(residualInputs, residualInputs.dropFirst()).allSatisfy { $0 < $1 })
    self.layers = layers
    self.unit = unit
    self.inputMinimum = inputMinimum
    self.inputMaximum = inputMaximum
    self.residualInputs = residualInputs
    self.task = task
    // A max-plus entry s·x + o stays within 2^16 and cannot overflow.
    for (index, layer) in layers.enumerated() where layer.kind != .maxPlus {
      for (row, sum) in layer.rowSums.enumerated() {
        if sum > layer.rowSumBound {
          throw InadmissibleRow(
            layer: index, row: row, quantity: "row sum", value: sum, bound: layer.rowSumBound)
        }
        let reach = 32768 * sum + Int(layer.biases[row].magnitude) + (1 << layer.shift) / 2
        if reach > Int(Int32.max) {
          throw InadmissibleRow(
            layer: index, row: row, quantity: "2^15·R + |b| + 2^(shift-1)", value: reach,
            bound: Int(Int32.max))
        }
      }
    }
  }

  /// The bytes of all parameters on the device.
  public var parameterBytes: Int { layers.reduce(0) { $0 + $1.parameterBytes } }

  /// Inputs of the first layer.
  public var inputs: Int { layers[0].columns }
  /// Rows of the last layer.
  public var outputs: Int { layers[layers.count - 1].rows }

  /// Whether all layers are max-plus: every output then moves by at most the inputs' deviation, and the device needs
  /// no table of bounds.
  public var isMaxPlus: Bool { layers.allSatisfy { $0.kind == .maxPlus } }

  /// What the last layer reads, one for each of its columns.
  ///
  /// The last hidden layer's outputs, then the residual inputs. `Value` may be the values themselves, their bounds, or how far they move.
  func lastColumns<Value>(hidden: [Value], inputs: [Value]) -> [Value] {
    hidden + residualInputs.map { inputs[$0] }
  }
}
