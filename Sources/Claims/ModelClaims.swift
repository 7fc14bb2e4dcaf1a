/// What a model header states, number by number.
///
/// Nobody trusts it before the checker has re-derived it: then it is within `VerifiedClaims`, where nothing changes it.
///
/// The numbers are plain `Int`: a header may claim anything, also what does not fit in the device's types.
public struct ModelClaims: Equatable, Sendable {
  /// The prefix of every identifier.
  public package(set) var name: String
  /// The version of the header format.
  public package(set) var formatVersion: Int
  /// LSB that make one mapped input unit.
  public package(set) var unit: Int
  /// Values of one sample.
  public package(set) var inputs: Int
  /// Logits of one sample.
  public package(set) var outputs: Int
  /// The least input of the declared range, in LSB.
  public package(set) var inputMinimum: Int
  /// The greatest input of the declared range, in LSB.
  public package(set) var inputMaximum: Int
  /// Scratch memory for inference and certificates.
  public package(set) var scratchBytes: Int
  /// Scratch memory for inference alone.
  public package(set) var inferScratchBytes: Int
  /// CRC-32 of the canonical byte string.
  public package(set) var crc32: Int
  /// CRC-32 of its first record alone.
  public package(set) var headCRC32: Int
  /// The layers, first to last.
  public package(set) var layers: [LayerClaims]
  /// Of the pairs of classes, in the order (0,1) (0,2) … (1,2) …; of a regression, of each output; empty when every
  /// layer passes changes on unchanged, see `LayerClaims.passesChangesOn`.
  public package(set) var bounds: [BoundClaims]
  /// One, shared by all inputs, or one for each.
  public package(set) var features: [FeatureClaims]
  /// Empty or one for each input.
  public package(set) var featureNames: [String]
  /// Empty or one for each output.
  public package(set) var classNames: [String]
  /// Samples with the answers the host computed.
  public package(set) var golden: [GoldenClaims]
  /// What the outputs are.
  public package(set) var task: Task
  /// The inputs that the last layer reads behind the last hidden layer's outputs.
  public package(set) var residualInputs: [Int]
  /// The inputs in which every output, or the lead of a class, is said to be monotone.
  public package(set) var monotoneInputs: [MonotoneClaims]
  /// The inputs in which every output of a regression is said to be convex while the others stay, increasing.
  public package(set) var convexInputs: [Int]
  /// How far each output may lie above the mean of two others in whose middle it is, in accumulator units; empty
  /// without convex inputs.
  public package(set) var convexityBounds: [Int]
  /// A regression's outputs in the user's units, one for each; empty for a classifier.
  public package(set) var targets: [TargetClaims]
  /// A regression's output names, empty or one for each.
  public package(set) var targetNames: [String]
  /// The radius in LSB that covers all tolerances at once; 0 when none are declared.
  public package(set) var toleranceLSB: Int
  /// The declared tolerance of each input in its own unit, 0 for none; empty when none are declared.
  public package(set) var tolerances: [Double]

  /// Creates claims; nothing is checked.
  public init(
    name: String, formatVersion: Int, unit: Int, inputs: Int, outputs: Int, inputMinimum: Int,
    inputMaximum: Int, scratchBytes: Int, inferScratchBytes: Int, crc32: Int, headCRC32: Int,
    layers: [LayerClaims],
    bounds: [BoundClaims], features: [FeatureClaims], featureNames: [String], classNames: [String],
    golden: [GoldenClaims], task: Task = .classification, residualInputs: [Int] = [],
    monotoneInputs: [MonotoneClaims] = [], convexInputs: [Int] = [], convexityBounds: [Int] = [],
    targets: [TargetClaims] = [], targetNames: [String] = [],
    toleranceLSB: Int = 0, tolerances: [Double] = []
  ) {
    self.name = name
    self.formatVersion = formatVersion
    self.unit = unit
    self.inputs = inputs
    self.outputs = outputs
    self.inputMinimum = inputMinimum
    self.inputMaximum = inputMaximum
    self.scratchBytes = scratchBytes
    self.inferScratchBytes = inferScratchBytes
    self.crc32 = crc32
    self.headCRC32 = headCRC32
    self.layers = layers
    self.bounds = bounds
    self.features = features
    self.featureNames = featureNames
    self.classNames = classNames
    self.golden = golden
    self.task = task
    self.residualInputs = residualInputs
    self.monotoneInputs = monotoneInputs
    self.convexInputs = convexInputs
    self.convexityBounds = convexityBounds
    self.targets = targets
    self.targetNames = targetNames
    self.toleranceLSB = toleranceLSB
    self.tolerances = tolerances
  }

  /// Whether the header has a table of bounds: where every layer passes changes on unchanged, none is needed.
  public var hasBoundTable: Bool { layers.contains { !$0.passesChangesOn } }
}
