internal import Certification
internal import Foundation
internal import Interchange
internal import Training

/// `supnorm predict`.
enum PredictCommand: Command {
  static let name = "predict"
  static let summary = "logits, class and both certified radii for each row of a CSV file"
  static let usage = "N.h --input X.csv [--raw] [--within LSB|tolerance] [--json]"
  static let discussion = """
    Each row is one input. Columns are found by the model's names in a header line, and others are ignored; a file without
    one needs --no-header, unless its first row has the same number twice, as no header has. Values are in the data's
    own units; with --raw they are Int16 LSB, as the device sees them. With --within a class is given only when it is
    certified there, and the output of a regression gets its bounds.
    """
  static let options = [
    Option("--input", "X.csv", "the inputs, a row each"), Option("--raw", nil, "values are Int16 LSB"),
    Option(
      "--within", "R", "abstain unless certified within R LSB, or 'tolerance' for the declared tolerances"),
    .noHeader, .label, .json,
  ]
  static let positionalCount = 1...1

  private struct Output: Encodable {
    struct Prediction: Encodable {
      /// -1 for a regression, and where `--within` abstains.
      var `class`: Int
      var label: String?
      var logits: [Int32]
      var globalRadiusLSB, localRadiusLSB: Int
      /// The larger radius as a multiple of the declared tolerances; with tolerances only.
      var tolerances: Double?
      /// With `--within`: whether the class is certified there.
      var certified: Bool?
      /// Of a regression: the output in its unit, and with `--within` its bounds.
      var value, lowerValue, upperValue: Double?
    }
    var model: String
    var predictions: [Prediction]
  }

  static func run(_ arguments: Arguments) throws {
    let header = try LoadedHeader(arguments.positionals[0])
    let path = try arguments.required("--input")
    let rows = try PredictRows(path, for: header.claims, arguments)
    // Real readings are encoded in floating point, which may be off by one LSB.
    let slack = arguments.has("--raw") || header.encodesExactly(rows.values) ? 0 : 1
    let within = try within(arguments, header, slack: slack)
    let isRaw = arguments.has("--raw")
    var predictions: [Output.Prediction] = []
    for row in 0..<rows.count {
      var input: [Int16] = []
      for (column, value) in rows[row].enumerated() {
        if isRaw {
          guard let exact = Int16(exactly: value) else {
            throw rows.error(row: row, input: column, "\(value) is not an Int16")
          }
          input.append(exact)
        } else {
          input.append(header.inputMap.encoded(value, feature: column))
        }
      }
      predictions.append(try prediction(header, input, within: within, slack: slack))
    }
    if arguments.has("--json") {
      try Console.printJSON(Output(model: header.claims.name, predictions: predictions))
    } else {
      for prediction in predictions { Console.print(text(of: prediction, header)) }
    }
  }

  /// The radius of `--within`, nil without it.
  private static func within(_ arguments: Arguments, _ header: LoadedHeader, slack: Int) throws -> Int? {
    guard arguments.string("--within") == "tolerance" else {
      return try arguments.integer("--within", 0...65535)
    }
    guard header.claims.toleranceLSB > 0 else {
      throw CommandError.usage("--within tolerance: \(header.path) declares no tolerances")
    }
    return header.claims.toleranceLSB + slack
  }

  private static func prediction(
    _ header: LoadedHeader, _ input: [Int16], within radius: Int?, slack: Int
  ) throws -> Output.Prediction {
    let answer = try header.network.answer(to: input)
    guard let target = header.claims.targets.first else {
      let certified = try radius.map { try header.network.answer(to: input, within: $0) != nil }
      let local = try header.network.localRadius(of: input, as: answer.classIndex) ?? 0
      let isGiven = certified ?? true
      let tolerance = header.claims.toleranceLSB
      return Output.Prediction(
        class: isGiven ? answer.classIndex : -1,
        label: header.claims.classNames.isEmpty || !isGiven
          ? nil : header.claims.classNames[answer.classIndex],
        logits: answer.logits, globalRadiusLSB: answer.globalRadiusLSB, localRadiusLSB: local,
        tolerances: tolerance > 0
          ? Double(max(answer.globalRadiusLSB - slack, local - slack, 0)) / Double(tolerance) : nil,
        certified: certified)
    }
    var prediction = Output.Prediction(
      class: -1, logits: answer.logits, globalRadiusLSB: 0, localRadiusLSB: 0)
    let value = { (output: Int32) in target.offset + Double(output) * target.scale }
    prediction.value = value(answer.logits[0])
    if let radius, let bounds = try header.network.outputBounds(of: input, within: radius) {
      prediction.lowerValue = value(bounds[0].lowerBound).nextDown
      prediction.upperValue = value(bounds[0].upperBound).nextUp
    }
    return prediction
  }

  private static func text(of prediction: Output.Prediction, _ header: LoadedHeader) -> String {
    let logits = prediction.logits.map { "\($0)" }.joined(separator: " ")
    if let value = prediction.value {
      let name = header.claims.targetNames.first ?? "output"
      let bounds = prediction.lowerValue.flatMap { lower in
        prediction.upperValue.map { ", within \(formatted(lower, digits: 3)) … \(formatted($0, digits: 3))" }
      }
      return "\(name) \(formatted(value, digits: 3))\(bounds ?? ""), output \(logits)"
    }
    if prediction.certified == false { return "not certified: no class, logits \(logits)" }
    var text =
      "class \(prediction.label ?? "\(prediction.class)"), certified radius \(prediction.globalRadiusLSB) LSB "
      + "global, \(prediction.localRadiusLSB) LSB local"
    if let factor = prediction.tolerances {
      text += ", holds for \(header.tolerances(times: factor).joined(separator: ", ")) together"
    }
    return text + ", logits \(logits)"
  }
}
