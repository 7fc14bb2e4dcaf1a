internal import Certification
internal import Foundation
internal import Interchange
internal import Training

/// The data sets that `--data` names.
enum DataSource {
  /// Loads the training or the test part of a source.
  ///
  /// A single `.csv` file has no parts: it is all of either.
  /// - Parameters:
  ///   - classNames: the classes of the model the data is for, or nil to take them from the data.
  static func load(
    _ source: String, part: IDXPart, label: String?, classNames: [String]? = nil
  ) throws -> Dataset {
    if source == "digits" {
      return try readCSV(shippedFile("digits/digits-\(part == .train ? "train" : "test").csv")).dataset(
        classNames: classNames)
    }
    if source.lowercased().hasSuffix(".csv") {
      return try readCSV(source, label: label ?? "label").dataset(classNames: classNames)
    }
    var isFolder: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: source, isDirectory: &isFolder) else {
      throw CommandError.usage("--data '\(source)': no such file or folder, and not 'digits'")
    }
    guard isFolder.boolValue else {
      throw CommandError.usage("--data '\(source)': not 'digits', a folder of IDX files or a .csv file")
    }
    return try readIDXFolder(source, part: part)
  }

  private static func shippedFile(_ name: String) throws(CommandError) -> String {
    guard let folder = Bundle.module.resourceURL else {
      throw .usage("--data digits: the shipped data is not beside the program")
    }
    return folder.appending(path: "data/\(name)").path
  }
}

/// A verified header, ready to answer.
struct LoadedHeader {
  var path: String
  var claims: ModelClaims
  var network: CertifiedNetwork
  var inputMap: InputMap

  /// Reads and verifies a header.
  ///
  /// - Throws: one line with the first claim that does not hold; nothing is computed from an unproved header.
  init(_ path: String) throws {
    let file = try readHeader(path)
    if let problem = file.problems.first { throw FileError(path, problem) }
    self.path = path
    claims = file.claims
    network = try CertifiedNetwork(verified: file.claims)
    inputMap = InputMap(
      offsets: claims.features.map(\.offset), scales: claims.features.map(\.scale), unit: claims.unit,
      minimumLSB: claims.inputMinimum, maximumLSB: claims.inputMaximum)
  }

  /// Loads samples for this network and encodes them as the device sees them.
  func samples(_ arguments: Arguments) throws -> EncodedSamples {
    let source = try arguments.required("--data")
    let data = try DataSource.load(
      source, part: .test, label: arguments.string("--label"),
      classNames: claims.classNames.isEmpty ? nil : claims.classNames)
    guard data.featureCount == claims.inputs else {
      throw CommandError.usage(
        "\(source): \(data.featureCount) features, \(path) has \(claims.inputs) inputs")
    }
    guard let largest = data.labels.max() else { throw CommandError.usage("\(source): no samples") }
    guard largest < claims.outputs else {
      throw CommandError.usage("\(source): label \(largest), \(path) has \(claims.outputs) outputs")
    }
    return EncodedSamples(data, map: inputMap, isExact: isExactMap)
  }

  /// Whether the map takes whole numbers to whole LSB without rounding, so that encoding adds no error.
  private var isExactMap: Bool {
    claims.features.allSatisfy { feature in
      let slope = feature.scale * Double(claims.unit)
      let start = -feature.offset * slope
      return (slope - slope.rounded()).magnitude < 1e-6 && (start - start.rounded()).magnitude < 1e-6
    }
  }
}

/// Samples as the device sees them.
struct EncodedSamples {
  var data: Dataset
  var inputs: [[Int16]]
  /// Whether every value was encoded exactly; otherwise rounding may have put an input one LSB off.
  var isExact: Bool

  init(_ data: Dataset, map: InputMap, isExact: Bool) {
    self.data = data
    inputs = (0..<data.count).map { sample in
      (0..<data.featureCount).map { map.encoded(data.value(sample: sample, feature: $0), feature: $0) }
    }
    let isWhole =
      switch data.values {
      case .bytes: true
      case .reals(let reals): reals.allSatisfy { $0 == $0.rounded() }
      }
    self.isExact = isExact && isWhole
  }

  /// The radius in LSB that covers a perturbation of `epsilon`: `ceil(epsilon · unit)`, and one more where encoding
  /// was not exact.
  func radius(_ epsilon: Epsilon, unit: Int) -> Int {
    epsilon.deviation(unit: unit) + (isExact ? 0 : 1)
  }
}
