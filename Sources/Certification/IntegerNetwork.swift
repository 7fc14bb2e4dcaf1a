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

/// A dense or sparse layer of integers: `(Σ w·x + b) / 2^shift`, see `supnorm_layer` in supnorm.h.
public struct IntegerLayer: Equatable, Sendable {
  /// Outputs, 1 … 65535.
  public var rows: Int
  /// Inputs, 1 … 65535.
  public var columns: Int
  /// Row-major, `rows * columns`, zeros included whatever the storage.
  public var weights: [Int16]
  /// In accumulator units.
  public var biases: [Int32]
  /// 0 … 15; a weight means `w / 2^shift`.
  public var shift: Int
  /// What follows requantization; identity in the last layer.
  public var activation: IntegerActivation
  /// No row's sum of `|w|` exceeds this.
  public var rowSumBound: Int
  /// Whether only the non-zero weights are stored on the device.
  public var isSparse: Bool

  /// Creates a layer; the counts must agree.
  public init(
    rows: Int, columns: Int, weights: [Int16], biases: [Int32], shift: Int, activation: IntegerActivation,
    rowSumBound: Int, isSparse: Bool
  ) {
    precondition(weights.count == rows * columns && biases.count == rows && (0...15).contains(shift))
    self.rows = rows
    self.columns = columns
    self.weights = weights
    self.biases = biases
    self.shift = shift
    self.activation = activation
    self.rowSumBound = rowSumBound
    self.isSparse = isSparse
  }

  /// The weights of one row.
  public func row(_ index: Int) -> ArraySlice<Int16> {
    weights[index * columns..<(index + 1) * columns]
  }

  /// The integer row sums `R = Σ|w|`.
  ///
  /// - Complexity: O(rows · columns).
  public var rowSums: [Int] {
    (0..<rows).map { row($0).reduce(0) { $0 + Int($1.magnitude) } }
  }

  /// How many weights are not zero.
  public var nonzeroCount: Int { weights.count { $0 != 0 } }

  /// The bytes of the parameters on the device, biases included.
  public var parameterBytes: Int {
    4 * rows + (isSparse ? 4 * nonzeroCount + 2 * rows : 2 * weights.count)
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
  /// The inputs that the last layer reads beside the outputs of the last hidden layer, as its last columns:
  /// the residual form `g(x) + Σ r·x_k`. Increasing; empty in a plain network.
  public var residualInputs: [Int]
  /// What the outputs are.
  public var task: Task

  /// Creates a network and proves its bounds.
  ///
  /// - Throws: the first row whose sum exceeds the layer's `rowSumBound`, or that does not satisfy
  ///   `2^15·R + |b| + 2^(shift-1) ≤ 2^31 - 1`, so that no partial sum can overflow.
  /// - Precondition: neighboring layers fit each other, the last one with the residual inputs, and the last
  ///   activation is `identity`.
  public init(
    layers: [IntegerLayer], unit: Int, inputMinimum: Int, inputMaximum: Int, residualInputs: [Int] = [],
    task: Task = .classification
  ) throws(InadmissibleRow) {
    precondition(!layers.isEmpty && (residualInputs.isEmpty || layers.count > 1))
    for (index, (layer, next)) in zip(layers, layers.dropFirst()).enumerated() {
      let isLast = index == layers.count - 2
      precondition(next.columns == layer.rows + (isLast ? residualInputs.count : 0))
    }
    precondition(layers[layers.count - 1].activation == .identity && inputMinimum <= inputMaximum)
    precondition(residualInputs.allSatisfy { (0..<layers[0].columns).contains($0) })
    precondition(zip(residualInputs, residualInputs.dropFirst()).allSatisfy { $0 < $1 })
    self.layers = layers
    self.unit = unit
    self.inputMinimum = inputMinimum
    self.inputMaximum = inputMaximum
    self.residualInputs = residualInputs
    self.task = task
    for (index, layer) in layers.enumerated() {
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

  /// Inputs of the first layer.
  public var inputs: Int { layers[0].columns }
  /// Rows of the last layer.
  public var outputs: Int { layers[layers.count - 1].rows }

  /// What the last layer reads, one for each of its columns: the last hidden layer's outputs, then the residual
  /// inputs. `Value` may be the values themselves, their bounds, or how far they move.
  func lastColumns<Value>(hidden: [Value], inputs: [Value]) -> [Value] {
    hidden + residualInputs.map { inputs[$0] }
  }
}
