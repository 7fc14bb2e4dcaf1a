/// How a network is trained.
///
/// The defaults are the recipe for images of bytes such as MNIST.
public struct TrainingOptions: Equatable, Sendable {
  /// Widths of the hidden layers, in order; empty for a linear classifier.
  public var hidden: [Int] = [64, 64]

  /// Which layers the network has.
  public var kind: NetworkKind = .dense

  /// What stands between dense layers.
  public var activation: Activation = .relu

  /// How layers of distances are trained.
  public var distance = DistanceOptions()

  /// Whether hidden weights of a dense network that start as zero stay zero.
  public var keepsZeros = false

  /// How images are cut and shifted; nil for other data.
  public var augmentation: Augmentation?

  /// What is minimized by dense networks; those of distances have a loss of their own, see `MarginLoss`.
  public var loss: TrainingLoss = .worstCase(temperature: 0.05, cleanWeight: 0)

  /// The radius, in mapped units, of the boxes of the worst-case loss once its ramp is over; also the radius
  /// at which `verifiedAccuracy` is measured.
  public var epsilon: Float = 0.11

  /// The bounds on the norms of the weights: one for each constrained layer, or a single one for all of them; none for
  /// a network of free layers.
  public var bounds: [Float] = [1]

  /// Which norm is bounded, or one bound for the whole network instead of `bounds`.
  public var norm = NormOptions()

  /// Whether the last layer is constrained too, which the global certificate profits from.
  ///
  /// A free last layer costs the local certificate nothing.
  public var lastConstrained = false

  /// The inputs in which every output of a regression, or the lead of a class, shall be monotone; all layers are then
  /// bounded.
  public var monotone: [MonotoneConstraint] = []

  /// In which inputs a regression shall be convex.
  public var convex = ConvexOptions()

  /// How often every sample is seen.
  public var epochs = 20

  /// Samples for each step of the optimizer.
  public var batchSize = 256

  /// The learning rate at the end of its warm-up; it then decays smoothly to zero.
  public var rate: Float = 0.005

  /// The share of all steps over which the rate rises from zero.
  public var warmUpFraction: Float = 0.02

  /// The share of all steps over which epsilon rises from zero.
  public var rampFraction: Float = 0.75

  /// What moves the parameters.
  public var optimizer = OptimizerOptions()

  /// What is added to the loss; nil for nothing.
  public var penalty: PenaltyOptions?

  /// The radius, in mapped units and ℓ2, of the attacks by which held-out samples are scored in place of certificates;
  /// nil for certificates.
  public var attackRadius: Float?

  /// What the initial weights and the order of the samples are drawn from.
  public var seed: UInt64 = 0

  /// The share of the samples that is held out of training and measured after every epoch; 0 for none.
  public var validationFraction: Float = 0

  /// What the held-out samples are drawn from: not `seed`, so that runs of several seeds are compared on the same ones.
  public var validationSeed: UInt64 = 0

  /// After how many epochs without a better validation score training ends, with the network of the best epoch; nil for
  /// never, with that of the last one.
  public var patience: Int?

  /// Creates the default options.
  public init() {}

  /// Checks every option.
  ///
  /// - Throws: `TrainingError.invalidOption` with the first one out of bounds.
  public func validate() throws(TrainingError) {
    func require(_ option: TrainingError.Option, _ value: Double, _ isValid: Bool) throws(TrainingError) {
      if !isValid { throw .invalidOption(option, value) }
    }
    for width in hidden { try require(.hidden, Double(width), (1...65536).contains(width)) }
    try require(.epsilon, Double(epsilon), epsilon >= 0 && epsilon.isFinite)
    let constrained = hidden.count + (lastConstrained ? 1 : 0)
    try require(.boundCount, Double(bounds.count), [0, 1, constrained].contains(bounds.count))
    for bound in bounds { try require(.bounds, Double(bound), bound > 0 && bound.isFinite) }
    try norm.validate(for: self)
    try require(.epochs, Double(epochs), (1...1_000_000).contains(epochs))
    try require(.batchSize, Double(batchSize), (1...1_048_576).contains(batchSize))
    try require(.rate, Double(rate), rate > 0 && rate.isFinite)
    try require(.warmUpFraction, Double(warmUpFraction), (0...1).contains(warmUpFraction))
    try require(.rampFraction, Double(rampFraction), (0...1).contains(rampFraction))
    let fraction = Double(validationFraction)
    try require(.validationFraction, fraction, fraction >= 0 && fraction < 1)
    if let patience { try require(.patience, Double(patience), patience > 0 && validationFraction > 0) }
    if kind.hasDistances {
      try require(.hingeEpsilon, Double(epsilon), epsilon > 0)
      try require(.distanceLoss, 0, !loss.isRegression && monotone.isEmpty)
      try distance.validate()
    }
    try optimizer.validate()
    try penalty?.validate()
    try require(.penalty, 1, penalty == nil || !kind.hasDistances && monotone.isEmpty)
    if let attackRadius {
      try require(.attackRadius, Double(attackRadius), attackRadius > 0 && validationFraction > 0)
      try require(.attackRadius, Double(attackRadius), attackRadius.isFinite && !loss.isRegression)
    }
    try convex.validate(in: self)
    if let augmentation {
      let side = min(augmentation.width, augmentation.height)
      try require(.crop, Double(augmentation.crop), augmentation.crop >= 0 && 2 * augmentation.crop < side)
      try require(.shift, Double(augmentation.shift), augmentation.shift >= 0 && augmentation.shift < side)
    }
    // Residual terms outweigh the layers only when all of these are bounded, the hidden ones by 1 so that they do in
    // integers too; and a hidden layer must be there.
    let isBounded =
      lastConstrained && !hidden.isEmpty
      && hidden.indices.allSatisfy { rowSumBound(ofLayer: $0) <= 1 }
    try require(.monotone, Double(monotone.count), monotone.isEmpty || isBounded)
    switch loss {
    case .squaredError, .absoluteError: break
    case .crossEntropy(let temperature):
      try require(.temperature, Double(temperature), temperature > 0 && temperature.isFinite)
    case .hinge(let margin):
      try require(.margin, Double(margin), margin > 0 && margin.isFinite)
    case .worstCase(let temperature, let cleanWeight):
      try require(.temperature, Double(temperature), temperature > 0 && temperature.isFinite)
      try require(.cleanWeight, Double(cleanWeight), cleanWeight >= 0 && cleanWeight < 1)
    }
  }

  /// The bound of one layer of a network with these hidden layers; nil when it is free.
  package func bound(ofLayer index: Int) -> NormBound? {
    guard index < hidden.count || lastConstrained else { return nil }
    let own = bounds.isEmpty ? nil : bounds.count == 1 ? bounds[0] : bounds[index]
    return (norm.layerBound(layers: hidden.count + 1) ?? own).map { NormBound(norm.norm, $0) }
  }

  /// The bound on the row sums of one layer; infinite where they have none.
  private func rowSumBound(ofLayer index: Int) -> Float {
    guard let bound = bound(ofLayer: index), bound.norm == .rowSum else { return .infinity }
    return bound.bound
  }
}
