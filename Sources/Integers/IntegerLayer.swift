public import Claims
package import CSupNorm

/// A layer of integers, of one of the kinds that there are.
public enum IntegerLayer: Equatable, Sendable {
  /// `(Σ w·x + b) / 2^shift`, dense or sparse.
  case weighted(WeightedLayer)
  /// `max(s·x + o)`.
  case maximum(MaxPlusLayer)

  /// What the layer's kind says of it: the one place of this module where kinds are told apart.
  package var content: any LayerContent {
    switch self {
    case .weighted(let layer): layer
    case .maximum(let layer): layer
    }
  }
}

/// What every kind of layer says of itself.
package protocol LayerContent: Equatable, Sendable {
  /// How the device stores it: `dense`, `sparse` or `maxPlus`.
  var name: String { get }
  /// What it reads.
  var input: Shape { get }
  /// What it writes.
  var output: Shape { get }
  /// 0 … 15; a weight means `w / 2^shift`.
  var shift: Int { get }
  /// What follows requantization.
  var activation: IntegerActivation { get }
  /// The bound on every row sum.
  var rowSumBound: Int { get }
  /// `R = Σ|w|` of each row, which several outputs may share, or what the kind has in its place.
  var rowSums: [Int] { get }
  /// Whether every output moves by no more than the inputs do, whatever the numbers.
  var passesChangesOn: Bool { get }
  /// How many weights or entries the device stores.
  var storedCount: Int { get }
  /// How many of them can matter: the weights that are not zero, or all entries.
  var nonzeroCount: Int { get }
  /// The bytes of all of them on the device, with what stands beside them.
  var parameterBytes: Int { get }

  /// The first row that could leave `Int32` or exceeds the bound; `layer` is for the error.
  func inadmissibleRow(ofLayer layer: Int) -> InadmissibleRow?
  /// Whether it may be the last of a network with its activation, after residual inputs or not.
  func mayEndNetwork(hasResiduals: Bool) -> Bool
  /// What inputs are cut to before the layer reads them: all `Int16` where they are not.
  var inputRange: ClosedRange<Int> { get }
  /// The layer for inputs of a narrower range: the same where the kind does not cut to one.
  func narrowed(to range: ClosedRange<Int>) -> IntegerLayer
  /// The least and the greatest value of each row before rounding, over a box of inputs.
  func ends(over columns: [ClosedRange<Int>]) -> [ClosedRange<Int>]
  /// What a header states of its rows.
  var claims: LayerClaims.Content { get }
  /// Its form in C; `copy` keeps the arrays.
  func cLayer(in memory: NetworkMemory) -> supnorm_layer
}

extension IntegerLayer {
  /// How the values that it reads are arranged.
  public var input: Shape { content.input }
  /// How the values that it writes are arranged.
  public var output: Shape { content.output }
  /// Outputs, 1 … 65535.
  public var rows: Int { output.count }
  /// Inputs, 1 … 65535.
  public var columns: Int { input.count }
  /// 0 … 15; a weight means `w / 2^shift`.
  public var shift: Int { content.shift }
  /// What follows requantization; in the last layer only what its kind allows.
  public var activation: IntegerActivation { content.activation }
  /// No row's sum of `|w|` exceeds this.
  public var rowSumBound: Int { content.rowSumBound }
  /// The integer row sums `R = Σ|w|`, or what the kind has in their place.
  ///
  /// - Complexity: O(rows · columns).
  public var rowSums: [Int] { content.rowSums }
  /// How the device stores it: `dense`, `sparse` or `maxPlus`.
  public var name: String { content.name }
  /// Whether every output moves by no more than the inputs do, whatever the numbers.
  public var passesChangesOn: Bool { content.passesChangesOn }
  /// How many weights or entries the device stores.
  public var storedCount: Int { content.storedCount }
  /// How many of them can matter: the weights that are not zero, or all entries.
  public var nonzeroCount: Int { content.nonzeroCount }
  /// The bytes of the parameters on the device, the nodes of a table among them.
  public var parameterBytes: Int { content.parameterBytes + 2 * (activation.table?.nodes.count ?? 0) }

  /// The layer, where it is one of weights.
  public var asWeighted: WeightedLayer? {
    if case .weighted(let layer) = self { layer } else { nil }
  }

  /// The layer, where it is one of maxima.
  public var asMaximum: MaxPlusLayer? {
    if case .maximum(let layer) = self { layer } else { nil }
  }

  /// What a header states of the layer.
  public var claims: LayerClaims {
    LayerClaims(
      rowCount: rows, columns: columns, shift: shift, activation: activation, rowSumBound: rowSumBound,
      content: content.claims)
  }

  /// The layer that proved claims describe.
  package init(_ claims: LayerClaims) {
    switch claims.content {
    case .dense(let weights): self = .weighted(WeightedLayer(claims, weights, isSparse: false))
    case .sparse(let weights): self = .weighted(WeightedLayer(claims, weights, isSparse: true))
    case .maxPlus(let rows): self = .maximum(MaxPlusLayer(claims, rows))
    }
  }
}

/// A row that could leave `Int32` or exceeds its declared bound.
public struct InadmissibleRow: Error, Equatable, Sendable, CustomStringConvertible {
  /// Where.
  public let layer: Int
  /// Where in the layer.
  public let row: Int
  /// What was measured, in words (`row sum`, `2^15·R + |b| + 2^(shift-1)`).
  public let quantity: String
  /// What it came to.
  public let value: Int
  /// What it may come to.
  public let bound: Int

  /// Creates an error.
  package init(layer: Int, row: Int, quantity: String, value: Int, bound: Int) {
    self.layer = layer
    self.row = row
    self.quantity = quantity
    self.value = value
    self.bound = bound
  }

  /// One line: place, value and bound.
  public var description: String { "layer \(layer) row \(row): \(quantity) \(value) > \(bound)" }
}
