internal import CSupNorm
public import Claims

/// A network of integers, as it is deployed: what `init` proves stays true, since nothing can change it.
public struct IntegerNetwork: Equatable, Sendable {
  /// First to last.
  public let layers: [IntegerLayer]
  /// LSB that make one mapped input unit, 1 … 32768.
  public let unit: Int
  /// The declared input range in LSB, within `Int16`.
  public let inputMinimum: Int
  /// The greatest input of the declared range, in LSB.
  public let inputMaximum: Int
  /// The inputs that the last layer reads beside the outputs of the last hidden layer, as its last columns.
  ///
  /// They make the residual form `g(x) + Σ r·x_k`. Increasing; empty in a plain network.
  public let residualInputs: [Int]
  /// What the outputs are.
  public let task: Task

  /// Creates a network and proves its bounds; layers that cut their inputs get the ranges that those can have.
  ///
  /// - Throws: the first row whose sum exceeds the layer's `rowSumBound`, or that does not satisfy
  ///   `2^15·R + |b| + 2^(shift-1) ≤ 2^31 - 1`, so that no partial sum can overflow; or the first node of a table that falls,
  ///   or rises by more than the table's gain.
  /// - Precondition: neighboring layers fit each other, the last one with the residual inputs, and the last one is of a
  ///   kind that may end a network with its activation.
  public init(
    layers: [IntegerLayer], unit: Int, inputMinimum: Int, inputMaximum: Int, residualInputs: [Int] = [],
    task: Task = .classification
  ) throws(InadmissibleRow) {
    try self.init(
      layers: layers, unit: unit, inputMinimum: inputMinimum, inputMaximum: inputMaximum,
      residualInputs: residualInputs, task: task, isLaidOut: false)
  }

  /// - Parameter isLaidOut: whether layers that cut their inputs have been proved to do so to the right ranges.
  private init(
    layers: [IntegerLayer], unit: Int, inputMinimum: Int, inputMaximum: Int, residualInputs: [Int],
    task: Task,
    isLaidOut: Bool
  ) throws(InadmissibleRow) {
    precondition(!layers.isEmpty && (residualInputs.isEmpty || layers.count > 1))
    for (index, (layer, next)) in zip(layers, layers.dropFirst()).enumerated() {
      let isLast = index == layers.count - 2
      precondition(next.columns == layer.rows + (isLast ? residualInputs.count : 0))
    }
    let last = layers[layers.count - 1]
    precondition(last.content.mayEndNetwork(hasResiduals: !residualInputs.isEmpty))
    precondition(inputMinimum <= inputMaximum)
    precondition(residualInputs.allSatisfy { (0..<layers[0].columns).contains($0) })
    precondition(zip(residualInputs, residualInputs.dropFirst()).allSatisfy { $0 < $1 })
    for (index, layer) in layers.enumerated() {
      if let row = layer.content.inadmissibleRow(ofLayer: index) { throw row }
      if let table = layer.activation.table {
        precondition(table.isLaidOut)
        if let node = table.inadmissibleNode(ofLayer: index) { throw node }
      }
    }
    self.layers = isLaidOut ? layers : narrowed(layers, to: inputMinimum...inputMaximum)
    self.unit = unit
    self.inputMinimum = inputMinimum
    self.inputMaximum = inputMaximum
    self.residualInputs = residualInputs
    self.task = task
  }

  /// The network that proved claims describe.
  ///
  /// - Throws: `InadmissibleRow`, never for claims that the checker has proved.
  /// - Precondition: the shapes of the claims hold.
  package init(_ claims: ModelClaims) throws(InadmissibleRow) {
    try self.init(
      layers: claims.layers.map(IntegerLayer.init), unit: claims.unit, inputMinimum: claims.inputMinimum,
      inputMaximum: claims.inputMaximum, residualInputs: claims.residualInputs, task: claims.task,
      isLaidOut: true)
  }

  /// The same network with every weight of its dense layers stored, zeros too: the same answers and certificates.
  public func storingAllWeights() throws(InadmissibleRow) -> IntegerNetwork {
    let layers = layers.map { layer in layer.asWeighted.map { .weighted($0.dense) } ?? layer }
    return try IntegerNetwork(
      layers: layers, unit: unit, inputMinimum: inputMinimum, inputMaximum: inputMaximum,
      residualInputs: residualInputs, task: task, isLaidOut: true)
  }

  /// The format of headers that a network can be stated in.
  public static var formatVersion: Int { Int(SUPNORM_FORMAT_VERSION) }

  /// The bytes of all parameters on the device.
  public var parameterBytes: Int { layers.reduce(0) { $0 + $1.parameterBytes } }

  /// Inputs of the first layer.
  public var inputs: Int { layers[0].columns }
  /// Rows of the last layer.
  public var outputs: Int { last.rows }
  /// The layer whose accumulators are the outputs.
  public var last: IntegerLayer { layers[layers.count - 1] }

  /// Whether every output moves by at most as much as the inputs do, whatever the numbers: then the device needs no
  /// table of bounds.
  public var passesChangesOn: Bool { layers.allSatisfy(\.passesChangesOn) }

  /// What the last layer reads, one for each of its columns.
  ///
  /// The last hidden layer's outputs, then the residual inputs. `Value` may be the values themselves, their bounds, or how far they move.
  package func lastColumns<Value>(hidden: [Value], inputs: [Value]) -> [Value] {
    hidden + residualInputs.map { inputs[$0] }
  }
}

extension IntegerNetwork: CustomStringConvertible {
  /// Such as `64-16-10 classifier of sparse and dense layers, 1672 bytes of parameters`.
  public var description: String {
    let widths = ([inputs] + layers.map(\.rows)).map { "\($0)" }.joined(separator: "-")
    var names: [String] = []
    for layer in layers where !names.contains(layer.name) { names.append(layer.name) }
    return
      "\(widths) \(task == .regression ? "regression" : "classifier") of \(names.joined(separator: " and ")) layers, "
      + "\(parameterBytes) bytes of parameters"
  }
}
