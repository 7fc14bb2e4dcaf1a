internal import Claims

/// What the checker knows of one kind of layer: what makes its numbers a layer, how they are stored, what they compute.
///
/// Only the first three functions may be asked of claims that nothing is known of; the others need rows that hold.
protocol LayerRules {
  /// The name of the kind.
  var name: String { get }

  /// What is wrong with the counts of a layer, one line each.
  func shapeProblems(_ layer: LayerClaims, place: String) -> [String]
  /// What is wrong with its rows.
  func rowProblems(_ layer: LayerClaims, place: String) -> [String]
  /// How many weights or entries it stores, how many of them are not zero weights, and in how many bytes.
  func storage(_ layer: LayerClaims) -> (entries: Int, nonzero: Int, bytes: Int)

  /// The largest row sum over the columns in a range, or what the kind has in its place.
  func largestRowSum(in columns: Range<Int>) -> Int
  /// The largest column sum over the columns in a range; of maxima the most rows that read one of them.
  func largestColumnSum(in columns: Range<Int>) -> Int
  /// The weights of each row over the columns in a range; nil where rows are no sums.
  func weightRows(in columns: Range<Int>) -> [[WeightClaims.Entry]]?
  /// Whether the layer may be the last of a network, after residual inputs or not, with this activation.
  func mayEndNetwork(_ activation: IntegerActivation, hasResiduals: Bool) -> Bool
  /// How many numbers a comparison of two of its rows takes.
  func comparisonCost(columns: Int) -> Int

  /// Adds the records of its arrays to the canonical byte string.
  func feed(_ layer: LayerClaims, into string: inout CanonicalString)
  /// Bytes of workspace that its kernels need for each column, for answers and for certificates and bounds.
  var workspace: (inference: Int, certificate: Int) { get }
  /// What inputs are cut to before the layer reads them: all `Int16` where they are not.
  var inputRange: (low: Int, high: Int) { get }
  /// The number and the layout of the kind in a header.
  var code: (kind: Int, layout: Int) { get }

  /// The accumulators of all rows.
  func accumulators(_ values: [Int]) -> [Int]
  /// What a hidden layer makes of an accumulator before its activation, saturated.
  func settled(_ accumulator: Int, shift: Int) -> Int
  /// The least and the greatest accumulators over a box.
  func ends(_ low: [Int], _ high: [Int]) -> (low: [Int], high: [Int])
  /// Whether the logit of a row of the last layer exceeds all others everywhere on a box.
  func exceeds(_ row: Int, _ low: [Int], _ high: [Int], isNegated: Bool) -> Bool

  /// Bounds of what a hidden layer's outputs move by, and of its rows and their differences in a last layer.
  func moves(_ columns: [MoveBound], shift: Int) -> [MoveBound]
  func rowMoves(_ columns: [MoveBound]) -> [MoveBound]
  func differenceMoves(_ columns: [MoveBound]) -> [MoveBound]
  /// How far the outputs move for each LSB of one input, in whole LSB.
  func wholeSlopes(_ columns: [Int128], shift: Int) -> [Int128]
  /// The accumulators as functions of what is convex, their errors not yet divided; nil for one that is not convex.
  func convexRows(_ columns: [ConvexValue]) -> [ConvexValue?]
  /// What a row of a last layer, less another if there is one, weighs of one column, and how far the hidden columns,
  /// as many as there are slopes, can move it.
  func influence(of column: Int?, _ slopes: [Int128], row: Int, less other: Int?) -> (
    direct: Int128, reach: Int128
  )
}

extension LayerClaims {
  /// The rules of the layer's kind: the one place where kinds are told apart.
  var rules: any LayerRules {
    switch content {
    case .dense(let weights): WeightRules(weights, columns: columns, isSparse: false)
    case .sparse(let weights): WeightRules(weights, columns: columns, isSparse: true)
    case .maxPlus(let rows): MaxPlusRules(rows, columns: columns)
    }
  }
}
