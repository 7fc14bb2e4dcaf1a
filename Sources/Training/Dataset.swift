/// Labeled samples with raw feature values, as they were read from a file.
public struct Dataset: Sendable {
  /// Raw values, sample after sample; bytes stay bytes, so that a data set of images stays small.
  public enum Values: Sendable {
    case bytes([UInt8])
    case reals([Double])
  }

  /// The raw values, `count * featureCount` of them, sample after sample, all finite.
  public var values: Values

  /// The class of each sample, an index into `classNames`; zeros in a regression's data.
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

  /// The number of samples.
  public var count: Int { labels.count }

  /// Creates a data set; the counts must agree.
  public init(
    values: Values, labels: [Int], featureCount: Int, featureNames: [String] = [], classNames: [String],
    imageSize: (width: Int, height: Int)? = nil
  ) {
    let valueCount =
      switch values {
      case .bytes(let bytes): bytes.count
      case .reals(let reals): reals.count
      }
    precondition(valueCount == labels.count * featureCount)
    self.values = values
    self.labels = labels
    self.featureCount = featureCount
    self.featureNames = featureNames
    self.classNames = classNames
    self.imageSize = imageSize
  }

  /// The raw value of one feature of one sample.
  public func value(sample: Int, feature: Int) -> Double {
    switch values {
    case .bytes(let bytes): Double(bytes[sample * featureCount + feature])
    case .reals(let reals): reals[sample * featureCount + feature]
    }
  }
}
