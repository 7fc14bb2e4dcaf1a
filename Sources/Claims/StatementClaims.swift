/// One bound of a header: of a pair of classes `M_jk(d) ≤ slope·d + offset`, of an output of a regression the same
/// for its own change.
public struct BoundClaims: Equatable, Sendable {
  /// A, in accumulator units for each LSB.
  public package(set) var slope: Int
  /// B, in accumulator units.
  public package(set) var offset: Int

  /// Creates claims.
  public init(slope: Int, offset: Int) {
    self.slope = slope
    self.offset = offset
  }
}

/// An input in which a header is said to be monotone: every output, or the lead of one class over each other.
public struct MonotoneClaims: Equatable, Sendable {
  /// The input.
  public package(set) var input: Int
  /// 1: nothing of this falls when the input grows; -1: nothing rises.
  public package(set) var direction: Int
  /// The class c of which `logit_c - logit_j` is meant for every other j, so that an answer c stays; -1 for every output.
  public package(set) var classIndex: Int

  /// Creates claims.
  public init(input: Int, direction: Int, classIndex: Int = -1) {
    self.input = input
    self.direction = direction
    self.classIndex = classIndex
  }
}

/// An output of a regression in the user's unit: `value = offset + accumulator · scale`.
public struct TargetClaims: Equatable, Sendable {
  /// The value at accumulator 0.
  public package(set) var offset: Double
  /// The unit of the value for each accumulator unit, positive.
  public package(set) var scale: Double

  /// Creates claims.
  public init(offset: Double, scale: Double) {
    self.offset = offset
    self.scale = scale
  }
}

/// One golden vector of a header.
public struct GoldenClaims: Equatable, Sendable {
  /// The sample in LSB.
  public package(set) var input: [Int]
  /// Raw accumulators of the last layer.
  public package(set) var logits: [Int]
  /// The index of the largest logit.
  public package(set) var classIndex: Int
  /// The certified global radius.
  public package(set) var radiusLSB: Int
  /// The largest radius the interval certificate proves, -1 for none.
  public package(set) var localRadiusLSB: Int

  /// Creates claims.
  public init(input: [Int], logits: [Int], classIndex: Int, radiusLSB: Int, localRadiusLSB: Int) {
    self.input = input
    self.logits = logits
    self.classIndex = classIndex
    self.radiusLSB = radiusLSB
    self.localRadiusLSB = localRadiusLSB
  }
}
