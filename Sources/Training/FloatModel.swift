/// One point of a training curve.
public struct TrainingPoint: Equatable, Sendable {
  /// The epoch, from 1.
  public var epoch: Int

  /// The mean loss of the epoch's samples, each before the step it took part in.
  public var loss: Double

  /// Fraction of the training samples, or of a fixed choice among them, that the float network classifies
  /// correctly.
  public var accuracy: Double

  /// Fraction of a fixed choice of training samples whose class interval bounds prove at the training epsilon;
  /// nil in epochs where it was not measured.
  ///
  /// Computed in floating point, and so only indicative.
  public var verifiedAccuracy: Double?

  /// Creates a point.
  public init(epoch: Int, loss: Double, accuracy: Double, verifiedAccuracy: Double?) {
    self.epoch = epoch
    self.loss = loss
    self.accuracy = accuracy
    self.verifiedAccuracy = verifiedAccuracy
  }
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
    examples: [[Double]] = [], settings: [String: String] = [:], curve: [TrainingPoint] = []
  ) {
    self.network = network
    self.inputMap = inputMap
    self.classNames = classNames
    self.featureNames = featureNames
    self.examples = examples
    self.settings = settings
    self.curve = curve
  }
}
