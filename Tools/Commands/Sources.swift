internal import Checker
internal import Header
internal import Claims
internal import Certification
internal import Foundation
internal import Files
internal import Quantization
internal import Training

/// A verified header, ready to answer.
struct LoadedHeader {
  var path: String
  var claims: ModelClaims
  var network: CertifiedNetwork
  /// How values become its inputs.
  var encoder: InputEncoder

  /// Reads and verifies a header.
  ///
  /// - Throws: one line with the first claim that does not hold; nothing is computed from an unproved header.
  init(_ path: String) throws {
    let verified = try readHeader(path).verified()
    self.path = path
    claims = verified.claims
    network = try CertifiedNetwork(verified)
    encoder = InputEncoder(network)
  }

  /// A value in mapped units, not clamped and not rounded.
  func mapped(_ value: Double, feature: Int) -> Double {
    let map = claims.features[claims.features.count == 1 ? 0 : feature]
    return (value - map.offset) * map.scale
  }

  /// Loads samples for this network and encodes them as the device sees them.
  ///
  /// - Parameter limit: only the first so many of them.
  func samples(_ arguments: Arguments, limit: Int? = nil) throws -> EncodedSamples {
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
    let samples = try EncodedSamples(data, encoder: encoder, limit: limit)
    if let text = samples.clampingText(source: source) { Console.message(text) }
    return samples
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
}

extension ModelClaims {
  /// The name of an input, or its number.
  func inputName(_ input: Int) -> String {
    featureNames.indices.contains(input) ? featureNames[input] : "input \(input)"
  }
}
