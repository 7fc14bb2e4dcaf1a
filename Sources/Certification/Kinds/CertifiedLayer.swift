internal import Claims
internal import Integers

/// What certificates and searches know of one kind of layer.
protocol CertifiedLayer: LayerContent {
  /// How far each accumulator moves.
  func rowDeviations<Value: Deviation>(_ columns: [Value]) -> [Value]
  /// How far each output of a hidden layer moves before its activation.
  func outputDeviations<Value: Deviation>(_ columns: [Value]) -> [Value]
  /// How far the difference of two logits moves, where this is the last layer.
  func differenceDeviation<Value: Deviation>(_ first: Int, _ second: Int, _ columns: [Value]) -> Value
  /// The largest row sum over some of the columns.
  func largestRowSum(ofColumns range: Range<Int>) -> Int
  /// How the accumulators move when some of the columns do, measured by weights; nil where nothing is proved.
  func gain(_ norm: BallNorm, _ measure: Measure) -> Gain?
  /// `|Δ| ≤ dualNorm·‖v·Δx‖` for one row's accumulator, or the difference of two, over some of the columns.
  func dualNorm(_ norm: BallNorm, ofRow row: Int, minus other: Int?, _ measure: Measure) -> UpperBound
  /// About how long each row is in the dual norm, each weight over its column's, and each column in the norm itself; nil where
  /// rows are no sums.
  func rowLengths(_ norm: BallNorm, _ columns: [Int]) -> [Double]?
  func columnLengths(_ norm: BallNorm) -> [Double]?
  /// What each row weighs of one column that stands for itself, a residual input.
  func weights(ofColumn column: Int) -> [Int]

  /// The layer prepared for proofs over boxes.
  var prover: any ProverLayer { get }
  /// The layer prepared for searches along gradients.
  var gradientRows: any GradientRows { get }
}

extension IntegerLayer {
  /// The one place of this module where kinds are told apart.
  var certified: any CertifiedLayer {
    switch self {
    case .weighted(let layer): layer
    case .maximum(let layer): layer
    }
  }
}

/// One layer prepared for proofs: how it gets its pre-activations from what it reads, over a box, backwards through a
/// functional, and forwards as an estimate in floating point.
protocol ProverLayer: Sendable {
  /// Outputs.
  var rows: Int { get }
  /// Inputs.
  var columns: Int { get }
  /// What follows.
  var activation: IntegerActivation { get }

  /// The bounds of the pre-activations over a box, attained.
  func preactivations(over bounds: IntegerBounds) -> IntegerBounds

  /// The accumulator of one row, or its negative, as a functional of what the layer reads; nil where it is none.
  func functional(ofRow row: Int, sign: Int64) -> LinearFunctional?

  /// `z = (acc + 2^(shift-1)) >> shift`, not saturated.
  func rounded(_ accumulator: Int64) -> Int64

  /// A functional of what the last layer reads that one row's logit minus another's does not fall below within bounds of
  /// those values; exact on a box of one point.
  func margin(_ first: Int, _ second: Int, over values: IntegerBounds) -> LinearFunctional

  /// Replaces the pre-activations by what the layer reads: a functional at or below `Σ multipliers·z + constant` on
  /// every point of a box.
  ///
  /// - Returns: nil where the sum of magnitudes would exceed its limit, and where no functional goes through.
  func substituted(
    _ multipliers: [Int64], residual: [Int64], constant: Int128, over values: IntegerBounds
  ) -> LinearFunctional?

  /// What the right side of `substituted` makes of the pre-activations at a point, in floating point: for searching
  /// good multipliers, never for a proof.
  func estimates(at values: [Double], multipliers: [Int64]) -> [Double]
}

/// The rows of a layer prepared for searches: forward in integers, exact; backward in floating point, as a hint.
protocol GradientRows {
  /// Computes the accumulators of an input, and keeps what `addColumnGradients` needs.
  mutating func run(_ input: [Int16], into sums: inout [Int32])

  /// Adds to each column's gradient what the rows' gradients make of it.
  func addColumnGradients(of rowGradients: [Float], to columns: inout [Float])

  /// The entry at which each row had its maximum in the last run, the first on a tie; nil where rows are no maxima.
  var winners: [Int]? { get }
}
