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
