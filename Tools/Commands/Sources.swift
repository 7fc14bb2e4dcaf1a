internal import Certification
internal import Foundation
internal import Interchange
internal import Training

/// Which columns of a table are what.
struct ColumnChoice {
  /// The column of the classes; nil for the usual one.
  var label: String?
  /// The features in order; nil for all other columns.
  var features: [String]?
  /// The number a regression shall find; nil for classes.
  var target: String?
  /// The classes of the model the data is for, or nil to take them from the data.
  var classNames: [String]?
}

/// The data sets that `--data` names.
enum DataSource {
  /// Loads the training or the test part of a source.
  ///
  /// A single `.csv` file, or a `.npz` file of x and y, has no parts: it is all of either.
  static func load(_ source: String, part: IDXPart, columns: ColumnChoice = ColumnChoice()) throws -> Dataset
  {
    let isTraining = part == .train
    if source == "digits" {
      return try table(
        shippedFile("digits/digits-\(isTraining ? "train" : "test").csv"), columns, label: "label")
    }
    if source == "breast-cancer" {
      let file = try shippedFile("breast-cancer/breast-cancer-\(isTraining ? "train" : "test").csv")
      return try table(file, columns, label: "diagnosis")
    }
    if source.lowercased().hasSuffix(".csv") { return try table(source, columns, label: "label") }
    guard columns.target == nil, columns.features == nil else {
      throw CommandError.usage("--data '\(source)': columns are chosen in .csv files")
    }
    var isFolder: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: source, isDirectory: &isFolder) else {
      throw CommandError.usage(
        "--data '\(source)': no such file or folder, and not 'digits' or 'breast-cancer'")
    }
    if source.lowercased().hasSuffix(".npz"), !isFolder.boolValue { return try readNPZ(source, part: part) }
    guard isFolder.boolValue else {
      throw CommandError.usage(
        "--data '\(source)': not 'digits', 'breast-cancer', a folder of IDX files, a .csv or .npz file")
    }
    return try readIDXFolder(source, part: part)
  }

  /// The chosen columns of a table; a label column of words is no feature of a regression.
  private static func table(_ path: String, _ columns: ColumnChoice, label: String) throws -> Dataset {
    let isRegression = columns.target != nil
    var table = try readCSV(path, label: columns.label ?? label, requireLabels: !isRegression)
    guard let target = columns.target else {
      if let features = columns.features { table = try table.selecting(features) }
      return try table.dataset(classNames: columns.classNames)
    }
    let (rest, targets) = try table.splitting(target: target)
    table = try columns.features.map { features throws(FileError) in try rest.selecting(features) } ?? rest
    table.labels = nil
    var data = try table.dataset()
    data.targets = targets
    data.targetName = target
    return data
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
      source, part: .test, columns: claims.columns(label: arguments.string("--label"), of: source))
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

  /// Ends what only a classifier can be asked.
  ///
  /// - Parameter request: what is asked, as the message shall name it.
  func requireClasses(for request: String) throws(CommandError) {
    guard claims.task == .classification else {
      throw .usage("\(path): a regression, which has no classes for \(request)")
    }
  }

  /// The radii asked for, the one of the declared tolerances, or usual ones; what was not asked for is said.
  ///
  /// Usual are one and two gray levels where all inputs share one map whose levels are a whole number, and 0.01 and
  /// 0.02 elsewhere: half and one per cent where readings are mapped to -1 … 1.
  /// - Throws: a radius wider than the declared input range, beyond which nothing is to be said.
  func epsilons(_ asked: [Epsilon]?) throws(CommandError) -> [Epsilon] {
    let width = claims.inputMaximum - claims.inputMinimum
    guard let asked else {
      let (epsilons, reason) = usualEpsilons()
      // A narrow range gets what fits, at least one LSB.
      let fitting = epsilons.filter { $0.deviation(unit: claims.unit) <= width }
      let chosen = fitting.isEmpty ? ["1/\(claims.unit)"].compactMap { Epsilon($0) } : fitting
      let list = chosen.map(\.description).joined(separator: ",")
      Console.message("--epsilon \(list): \(fitting.isEmpty ? "one LSB" : reason)")
      return chosen
    }
    for epsilon in asked where epsilon.deviation(unit: claims.unit) > width {
      throw .usage(
        "--epsilon '\(epsilon)': \(epsilon.deviation(unit: claims.unit)) LSB, the whole input range is \(width) LSB"
      )
    }
    return asked
  }

  private func usualEpsilons() -> (epsilons: [Epsilon], reason: String) {
    if claims.toleranceLSB > 0 {
      return (["\(claims.toleranceLSB)/\(claims.unit)"].compactMap { Epsilon($0) }, "the declared tolerances")
    }
    let levels = claims.features.count == 1 && claims.inputs > 1 ? 1 / claims.features[0].scale : 0
    guard levels.rounded() >= 2, levels < 0x1p30, (levels - levels.rounded()).magnitude < 1e-6 else {
      let width = Double(claims.inputMaximum - claims.inputMinimum)
      let range = formatted(width / Double(claims.unit), digits: 2)
      return (
        ["0.01", "0.02"].compactMap { Epsilon($0) }, "mapped units, of which the input range has \(range)"
      )
    }
    let list = [1, 2].compactMap { Epsilon("\($0)/\(Int(levels.rounded()))") }
    return (list, "one and two gray levels")
  }

  /// The one radius of `--epsilon`; without it that of the declared tolerances, or a usual one.
  func epsilon(_ arguments: Arguments, usual: String) throws(CommandError) -> Epsilon {
    var asked = try arguments.epsilons("--epsilon")
    if asked == nil, claims.toleranceLSB == 0 { asked = Epsilon(usual).map { [$0] } }
    let epsilons = try epsilons(asked)
    guard epsilons.count == 1 else { throw .usage("--epsilon takes one number") }
    return epsilons[0]
  }

  /// What the tolerances of a header mean, as a paragraph; empty when there are none.
  var toleranceText: String {
    guard claims.toleranceLSB > 0 else { return "" }
    return "\n\n\(claims.toleranceLSB) LSB hold for "
      + tolerances(times: 1).joined(separator: ", ") + ", all at once"
  }

  /// The declared tolerances times a factor, as `mean_radius ±0.2`; at most so many of them.
  func tolerances(times factor: Double, atMost limit: Int = 8) -> [String] {
    let declared = claims.tolerances.enumerated().filter { $0.element > 0 }
    let shown = declared.prefix(limit).map { index, tolerance in
      "\(claims.inputName(index)) ±\(significant(tolerance.multiplied(by: factor, rounded: .down)))"
    }
    return shown + (declared.count > limit ? ["… (\(declared.count) in all)"] : [])
  }

  /// Whether the map takes these values to whole LSB without rounding.
  func encodesExactly(_ values: [Double]) -> Bool { isExactMap && values.allSatisfy { $0 == $0.rounded() } }

  /// Whether the map takes whole numbers to whole LSB without rounding, so that encoding adds no error.
  private var isExactMap: Bool {
    claims.features.allSatisfy { feature in
      let slope = feature.scale * Double(claims.unit)
      let start = -feature.offset * slope
      return (slope - slope.rounded()).magnitude < 1e-6 && (start - start.rounded()).magnitude < 1e-6
    }
  }
}

extension ModelClaims {
  /// The name of an input, or its number.
  func inputName(_ input: Int) -> String {
    featureNames.indices.contains(input) ? featureNames[input] : "input \(input)"
  }

  /// The columns of a table that a model was made for, by their names.
  func columns(label: String?, of source: String) -> ColumnChoice {
    // Images have no columns to choose.
    let isTable = source == "breast-cancer" || source.lowercased().hasSuffix(".csv")
    return ColumnChoice(
      label: label, features: isTable && !featureNames.isEmpty ? featureNames : nil,
      target: task == .regression ? targetNames.first : nil,
      classNames: classNames.isEmpty ? nil : classNames)
  }
}

/// Samples as the device sees them.
struct EncodedSamples {
  var data: Dataset
  var inputs: [[Int16]]
  /// Whether every value was encoded exactly; otherwise rounding may have put an input one LSB off.
  var isExact: Bool

  /// The LSB by which an input may be off: a radius holds for so much less around the real readings.
  var slackLSB: Int { isExact ? 0 : 1 }

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
    epsilon.deviation(unit: unit) + slackLSB
  }
}
