internal import Certification
internal import Foundation
internal import Interchange
internal import Training

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
      source, part: .test, columns: claims.columns(arguments, of: source))
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

  /// The radii asked for, or the one of the declared tolerances.
  ///
  /// - Throws: no radius at all, or one wider than the declared input range, beyond which nothing is to be said.
  func epsilons(_ asked: [Epsilon]?) throws(CommandError) -> [Epsilon] {
    var epsilons = asked ?? []
    if asked == nil, let tolerance = Epsilon("\(claims.toleranceLSB)/\(claims.unit)"), claims.toleranceLSB > 0
    {
      epsilons = [tolerance]
    }
    guard !epsilons.isEmpty else {
      throw .usage("option '--epsilon' is required: \(path) declares no tolerances")
    }
    let width = claims.inputMaximum - claims.inputMinimum
    for epsilon in epsilons where epsilon.deviation(unit: claims.unit) > width {
      throw .usage(
        "--epsilon '\(epsilon)': \(epsilon.deviation(unit: claims.unit)) LSB, the whole input range is \(width) LSB"
      )
    }
    return epsilons
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
      "\(claims.inputName(index)) ±\(significant(tolerance * factor))"
    }
    return shown + (declared.count > limit ? ["… (\(declared.count) in all)"] : [])
  }

  /// Whether the map takes these values to whole LSB without rounding.
  func encodesExactly(_ values: Dataset.Values) -> Bool { isExactMap && values.areWhole }

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
    self.isExact = isExact && data.values.areWhole
  }

  /// The radius in LSB that covers a perturbation of `epsilon`: `ceil(epsilon · unit)`, and one more where encoding
  /// was not exact.
  func radius(_ epsilon: Epsilon, unit: Int) -> Int {
    epsilon.deviation(unit: unit) + slackLSB
  }
}
