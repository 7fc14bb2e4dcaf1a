/// Why training did not start, or did not end well.
public enum TrainingError: Error, Equatable, Sendable {
  /// An option whose value is out of bounds.
  case invalidOption(Option, Double)

  /// There are no samples, or samples without features.
  case noData

  /// Fewer than two classes.
  case tooFewClasses(Int)

  /// The number of targets is not the number of samples times the outputs of a regression.
  case targetMismatch(targets: Int, expected: Int)

  /// An input to be monotone in that is not there, or named twice.
  case invalidMonotoneInput(Int, inputs: Int)

  /// An input to be convex in that is not there, or that does not stand in increasing order.
  case invalidConvexInput(Int, inputs: Int)

  /// A class to be monotone for that is not there, none where there are classes, or one of a regression.
  case invalidMonotoneClass(Int?, classes: Int)

  /// The number of input values is not a multiple of the number of labels.
  case countMismatch(inputs: Int, labels: Int)

  /// A label that is not in `0 ..< classCount`.
  case invalidLabel(sample: Int, label: Int, classCount: Int)

  /// An input that is not a number or lies outside the declared range.
  case inputOutOfRange(sample: Int, feature: Int, value: Float, range: ClosedRange<Float>)

  /// A network to start from whose layers are not those of the options.
  case startMismatch(layer: Int)

  /// A checkpoint of a run of other sizes.
  case checkpointMismatch

  /// The loss became infinite or not a number.
  case diverged(epoch: Int, cause: DivergenceCause)

  /// The options that have bounds.
  public enum Option: String, CaseIterable, Sendable {
    case hidden
    case epsilon
    case hingeEpsilon = "epsilon of distances"
    case bounds
    case boundCount
    case lipschitz
    case norm
    case epochs
    case batchSize
    case rate
    case warmUpFraction
    case rampFraction
    case temperature
    case margin
    case cleanWeight
    case monotone
    case convex
    case distanceLoss
    case exponents
    case growth
    case crossEntropyWeight
    case crop
    case shift
    case validationFraction
    case patience
    case momentum
    case lambda
    case pairs
    case renewal
    case noise
    case penalty
    case attackRadius

    /// What the option must be.
    public var requirement: String {
      switch self {
      case .hidden: "a width of 1 to 65536"
      case .epsilon: "finite and at least 0"
      case .hingeEpsilon: "above 0"
      case .bounds: "finite and above 0"
      case .boundCount: "one bound, or one for each constrained layer"
      case .lipschitz: "finite and above 0"
      case .norm:
        "for dense layers that are all bounded, and singular values not for weights that stay zero"
      case .epochs: "1 to 1000000"
      case .batchSize: "1 to 1048576"
      case .validationFraction: "at least 0 and below 1"
      case .patience: "above 0, with samples held out for validation"
      case .momentum: "at least 0 and below 1"
      case .lambda: "a finite λ of at least 0, a step above 0, a target accuracy of 0 to 1"
      case .pairs: "1 to 65536"
      case .renewal: "1 to 1000000 steps"
      case .noise: "above 0 and at most 1"
      case .penalty: "0 where there are distances or monotone inputs"
      case .attackRadius: "finite and above 0, of classes, with samples held out for validation"
      case .rate: "finite and above 0"
      case .warmUpFraction, .rampFraction: "0 to 1"
      case .temperature: "finite and above 0"
      case .margin: "finite and above 0"
      case .cleanWeight: "at least 0 and below 1"
      case .convex: "0, unless a regression has dense layers with relu or identity between them"
      case .distanceLoss: "for classes: distances have no regression and no monotone inputs"
      case .exponents: "2 to 1000000, the last one no less than the first"
      case .growth: "a part of the run from 0 to 1, the end after the start"
      case .crossEntropyWeight: "finite and above 0"
      case .crop: "0 or more, less than half the image"
      case .shift: "0 or more, less than the image"
      case .monotone:
        "0, unless there are hidden layers, bounded by at most 1, and the last layer is bounded"
      }
    }
  }

  /// The likely reason of a divergence.
  public enum DivergenceCause: Equatable, Sendable {
    /// The rate is too high for the free parameters.
    case rate(Float)

    /// The temperature is so small that logits over it overflow.
    case temperature(Float)
  }
}

extension TrainingError: CustomStringConvertible {
  /// One line: what, where, value and bound.
  public var description: String {
    switch self {
    case .invalidOption(let option, let value):
      "training option \(option.rawValue): \(number(value)) is not \(option.requirement)"
    case .noData:
      "no training data: at least one sample with one feature is needed"
    case .tooFewClasses(let count):
      "\(count) classes: at least 2 are needed"
    case .targetMismatch(let targets, let expected):
      "\(targets) target values, expected \(expected)"
    case .invalidMonotoneInput(let input, let inputs):
      "monotone input \(input): named twice or not one of \(inputs) inputs"
    case .invalidConvexInput(let input, let inputs):
      "convex input \(input): not one of \(inputs) inputs in increasing order"
    case .invalidMonotoneClass(let index, let classes):
      "monotone for \(index.map { "class \($0)" } ?? "no class"), expected one of \(classes) classes"
    case .countMismatch(let inputs, let labels):
      "\(inputs) input values cannot be shared evenly by \(labels) labels"
    case .invalidLabel(let sample, let label, let classCount):
      "sample \(sample): label \(label) is not in 0 ..< \(classCount)"
    case .inputOutOfRange(let sample, let feature, let value, let range):
      "sample \(sample) feature \(feature): input \(value) is not in \(range.lowerBound) ... \(range.upperBound)"
    case .checkpointMismatch: "the checkpoint is of a run of other sizes"
    case .startMismatch(let layer):
      "layer \(layer) of the network to start from is not of the kind and size asked for"
    case .diverged(let epoch, .rate(let rate)):
      "training diverged in epoch \(epoch): the loss is not finite; rate \(rate) is probably too high"
    case .diverged(let epoch, .temperature(let temperature)):
      "training diverged in epoch \(epoch): the loss is not finite; temperature \(temperature) is probably too low"
    }
  }
}

/// A number without a needless fraction.
private func number(_ value: Double) -> String {
  Int(exactly: value).map(String.init) ?? String(value)
}
