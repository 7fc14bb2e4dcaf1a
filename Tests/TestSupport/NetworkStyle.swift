/// What is extreme about a random network.
package enum NetworkStyle: CaseIterable, Sendable {
  /// Rows about as large as their shift, biases about as large as the inputs.
  case plain
  /// Weights and shifts so small that single LSB decide.
  case small
  /// Every row sum exactly `2^shift`.
  case tight
  /// Rows that reach `2^15·R + |b| + 2^(shift-1) = 2^31 - 1` exactly.
  case limit
  /// Biases that push outputs far beyond `Int16`, both ways.
  case saturating
  /// Equal rows and equal biases, so equal logits.
  case ties
  case shiftZero
  case shiftFifteen
  /// One input, and layers of one row.
  case singleColumn
  /// 512 columns and more.
  case wide
  /// Some or all rows without a weight.
  case zeroRows
  /// Row sums of 65535 at shift 0, layer after layer.
  case expansive
  case oneOutput
  case oneLayer
  /// Four layers.
  case deep
  /// Some inputs go on to the last layer, often with weights that make the outputs monotone in them.
  case residual
  /// Max-plus layers only, in every layout, often negated at the end.
  case maxPlus
  /// Layers of all kinds in any order.
  case hybrid
}
