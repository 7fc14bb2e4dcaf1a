/// How a network does on samples held out of its training, in floating point; nothing is chosen by any others.
public struct ValidationScore: Equatable, Comparable, Sendable {
  /// Fraction that is classified correctly; of a regression the part of the variance that is explained.
  public var accuracy: Double

  /// Fraction whose class is proved at the training epsilon, by interval bounds or margins; nil for a regression.
  public var verifiedAccuracy: Double?

  /// Creates a score.
  public init(accuracy: Double, verifiedAccuracy: Double?) {
    self.accuracy = accuracy
    self.verifiedAccuracy = verifiedAccuracy
  }

  /// The certificate decides, and accuracy between equal ones.
  public static func < (left: Self, right: Self) -> Bool {
    (left.verifiedAccuracy ?? 0, left.accuracy) < (right.verifiedAccuracy ?? 0, right.accuracy)
  }
}

/// One point of a training curve.
public struct TrainingPoint: Equatable, Sendable {
  /// The epoch, from 1.
  public var epoch: Int

  /// The mean loss of the epoch's samples, each before the step it took part in.
  public var loss: Double

  /// Fraction of the training samples, or of a fixed choice among them, that the float network classifies
  /// correctly; of a regression the part of the targets' variance that it explains.
  public var accuracy: Double

  /// Fraction of a fixed choice of training samples whose class interval bounds prove at the training epsilon;
  /// nil in epochs where it was not measured.
  ///
  /// Computed in floating point, and so only indicative.
  public var verifiedAccuracy: Double?

  /// How the network does on the samples held out; nil without any.
  public var validation: ValidationScore?

  /// Creates a point.
  public init(
    epoch: Int, loss: Double, accuracy: Double, verifiedAccuracy: Double?, validation: ValidationScore? = nil
  ) {
    self.epoch = epoch
    self.loss = loss
    self.accuracy = accuracy
    self.verifiedAccuracy = verifiedAccuracy
    self.validation = validation
  }
}

/// How an output of a regression becomes a number in its own unit: `value = offset + output · scale`.
public struct TargetMap: Equatable, Sendable {
  /// The value at output 0.
  public var offset: Double

  /// The unit of the value for each mapped unit of the output, positive.
  public var scale: Double

  /// Creates a map.
  public init(offset: Double, scale: Double) {
    self.offset = offset
    self.scale = scale
  }

  /// The map from -1 … 1 to the range of some values; a constant keeps its unit.
  public static func fitted(to values: [Double]) -> TargetMap {
    let (least, greatest) = (values.min() ?? 0, values.max() ?? 0)
    let scale = greatest / 2 - least / 2
    return TargetMap(offset: least / 2 + greatest / 2, scale: scale > 0 ? scale : 1)
  }

  /// The output for a value.
  public func mapped(_ value: Double) -> Float { Float((value - offset) / scale) }
}

/// A trained network with all that is needed to use it: what `supnorm train` writes and `export` reads.
public struct FloatModel: Equatable, Sendable {
  /// The network.
  public var network: FloatNetwork

  /// How raw values become its inputs.
  public var inputMap: InputMap

  /// Names in label order; empty when unknown.
  public var classNames: [String]

  /// Names in input order; empty when unknown.
  public var featureNames: [String]

  /// How the outputs of a regression become numbers in their units, one for each; empty for a classifier.
  public var targets: [TargetMap]

  /// The names of a regression's outputs; empty when unknown.
  public var targetNames: [String]

  /// How far each feature may move, in its own unit, 0 where nothing was said; empty when no tolerances were given.
  public var tolerances: [Double]

  /// The inputs that the network never reads, since they did not change in the data; increasing.
  public var unreadInputs: [Int]

  /// Raw values of a few samples of the data, for golden vectors: each has as many values as the network
  /// has inputs.
  public var examples: [[Double]]

  /// How the model was made (`seed`, `loss`, `epsilon` …): names and values as text, in no order.
  public var settings: [String: String]

  /// The training curve; empty when unknown.
  public var curve: [TrainingPoint]

  /// Creates a model.
  public init(
    network: FloatNetwork, inputMap: InputMap, classNames: [String] = [], featureNames: [String] = [],
    targets: [TargetMap] = [], targetNames: [String] = [], tolerances: [Double] = [],
    unreadInputs: [Int] = [], examples: [[Double]] = [], settings: [String: String] = [:],
    curve: [TrainingPoint] = []
  ) {
    self.network = network
    self.inputMap = inputMap
    self.classNames = classNames
    self.featureNames = featureNames
    self.targets = targets
    self.targetNames = targetNames
    self.tolerances = tolerances
    self.unreadInputs = unreadInputs
    self.examples = examples
    self.settings = settings
    self.curve = curve
  }
}
