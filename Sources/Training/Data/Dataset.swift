/// Labeled samples with raw feature values, as they were read from a file.
public struct Dataset: Sendable {
  /// Raw values, sample after sample, in the smallest type that holds each of them exactly, so that a file of small
  /// numbers does not become eight times as large in memory.
  public enum Values: Sendable {
    /// Whole numbers from 0 to 255.
    case bytes([UInt8])
    /// Whole numbers of 16 bits.
    case shorts([Int16])
    /// Numbers in single precision.
    case floats([Float])
    /// Whole numbers over a power of ten, as tables write most of their numbers; the quotient is the number itself.
    case decimals([Int32], divisor: Double)
    /// All others.
    case reals([Double])

    /// The number of values.
    public var count: Int {
      switch self {
      case .bytes(let bytes): bytes.count
      case .shorts(let shorts): shorts.count
      case .floats(let floats): floats.count
      case .decimals(let numerators, _): numerators.count
      case .reals(let reals): reals.count
      }
    }

    /// One value.
    public subscript(index: Int) -> Double {
      switch self {
      case .bytes(let bytes): Double(bytes[index])
      case .shorts(let shorts): Double(shorts[index])
      case .floats(let floats): Double(floats[index])
      case .decimals(let numerators, let divisor): Double(numerators[index]) / divisor
      case .reals(let reals): reals[index]
      }
    }

    /// Whether every value is a whole number in 0 … 255, as gray levels are.
    ///
    /// - Complexity: O(values).
    public var areBytes: Bool {
      switch self {
      case .bytes: true
      case .shorts, .floats, .decimals, .reals: (0..<count).allSatisfy { UInt8(exactly: self[$0]) != nil }
      }
    }
  }

  /// The raw values, `count * featureCount` of them, sample after sample, all finite.
  public var values: Values

  /// The class of each sample, an index into `classNames`, or -1 for a label that is none of them, which no answer
  /// matches; zeros in a regression's data.
  public var labels: [Int]

  /// The numbers a regression shall find, one for each sample; empty for classes.
  public var targets: [Double] = []

  /// What `targets` are.
  public var targetName = ""

  /// Features of one sample.
  public var featureCount: Int

  /// The names of the features, `featureCount` of them, or empty when the file gave none.
  public var featureNames: [String]

  /// The names of the classes in label order.
  public var classNames: [String]

  /// Width and height when the features are the pixels of an image, row by row.
  public var imageSize: (width: Int, height: Int)?

  /// What the reader of the file found out or left out, a line each, for the user to see.
  public var notes: [String] = []

  /// The number of samples.
  public var count: Int { labels.count }

  /// Creates a data set; the counts must agree.
  public init(
    values: Values, labels: [Int], featureCount: Int, featureNames: [String] = [], classNames: [String],
    imageSize: (width: Int, height: Int)? = nil
  ) {
    precondition(values.count == labels.count * featureCount)
    self.values = values
    self.labels = labels
    self.featureCount = featureCount
    self.featureNames = featureNames
    self.classNames = classNames
    self.imageSize = imageSize
  }

  /// The raw value of one feature of one sample.
  public func value(sample: Int, feature: Int) -> Double { values[sample * featureCount + feature] }
}
