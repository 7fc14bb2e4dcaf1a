internal import Claims
internal import Certification
internal import Files
internal import Quantization
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
    Option("--input", "X.csv", "the inputs, a row each", role: .input),
    Option("--raw", nil, "values are Int16 LSB"),
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
      /// With `--within`: whether the class is certified there, or the outputs of a regression are bounded.
      var certified: Bool?
      /// Readings outside the declared input range, which were clamped: the certificate speaks of the clamped input.
      var clampedReadings = 0
      /// Of a regression: the outputs in their units, and with `--within` their bounds, rounded outward.
      var values, lowerValues, upperValues: [Double]?
      /// Of the first output alone.
      var value, lowerValue, upperValue: Double?
    }
    var model: String
    var predictions: [Prediction]
  }

  static func run(_ arguments: Arguments) throws {
    let header = try LoadedHeader(arguments.positionals[0])
    let path = try arguments.required("--input")
    let rows = try PredictRows(path, for: header.claims, arguments)
    let inputs = try rows.inputs(of: header, isRaw: arguments.has("--raw"))
    let predictions = try inputs.map { input in
      // What is no whole reading is encoded in floating point, which may be off by one LSB.
      let slack = input.isExact ? 0 : 1
      let within = try within(arguments, header, slack: slack)
      var prediction = try prediction(header, input.values, within: within, slack: slack)
      prediction.clampedReadings = input.clampedCount
      return prediction
    }
    let counts = inputs.map(\.clampedCount)
    if let text = clampingText(path, counts, features: header.claims.inputs, noun: "rows") {
      Console.message(text)
    }
    if arguments.has("--json") {
      try Console.printJSON(Output(model: header.claims.name, predictions: predictions))
    } else {
      for prediction in predictions {
        let clamped = prediction.clampedReadings
        let note =
          clamped > 0
          ? ", \(clamped) reading\(clamped > 1 ? "s" : "") clamped: certified is the clamped input" : ""
        Console.print(text(of: prediction, header) + note)
      }
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
    guard header.claims.task == .regression else {
      let certified = try radius.map { try header.network.answer(to: input, within: $0) != nil }
      let local = try header.network.localRadius(of: input, as: answer.classIndex) ?? -1
      let isGiven = certified ?? true
      let tolerance = header.claims.toleranceLSB
      return Output.Prediction(
        class: isGiven ? answer.classIndex : -1,
        label: header.claims.classNames.isEmpty || !isGiven
          ? nil : header.claims.classNames[answer.classIndex],
        logits: answer.logits, globalRadiusLSB: answer.globalRadiusLSB, localRadiusLSB: local,
        tolerances: tolerance > 0
          ? Double(max(answer.globalRadiusLSB - slack, local - slack, 0)).divided(
            by: Double(tolerance), rounded: .down) : nil,
        certified: certified)
    }
    let targets = header.claims.targets
    var prediction = Output.Prediction(
      class: -1, logits: answer.logits, globalRadiusLSB: 0, localRadiusLSB: -1)
    prediction.values = zip(targets, answer.logits).map { $0.value($1) }
    prediction.value = prediction.values?.first
    guard let radius else { return prediction }
    let bounds = try header.network.outputBounds(of: input, within: radius)
    prediction.certified = bounds != nil
    if let bounds {
      let ranges = zip(targets, bounds).map { $0.bounds($1) }
      prediction.lowerValues = ranges.map(\.lowerBound)
      prediction.upperValues = ranges.map(\.upperBound)
      prediction.lowerValue = prediction.lowerValues?.first
      prediction.upperValue = prediction.upperValues?.first
    }
    return prediction
  }

  private static func text(of prediction: Output.Prediction, _ header: LoadedHeader) -> String {
    let logits = prediction.logits.map { "\($0)" }.joined(separator: " ")
    if let values = prediction.values {
      let outputs = values.enumerated().map { index, value in
        let name = header.claims.targetName(index)
        guard let lower = prediction.lowerValues?[index], let upper = prediction.upperValues?[index] else {
          // No digits that stand for less than an LSB of the output.
          let place = max(leadingPlace(header.claims.targets[index].scale), leadingPlace(value) - 5)
          return "\(name) \(decimal(value, place: min(place, 0)))"
        }
        let place = lastPlace(of: lower...upper)
        return "\(name) \(decimal(value, place: place)), within \(outward(lower...upper))"
      }
      let missing = prediction.certified == false ? ", no bounds: outside the declared input range" : ""
      return "\(outputs.joined(separator: "; "))\(missing), output \(logits)"
    }
    if prediction.certified == false { return "not certified: no class, logits \(logits)" }
    var text =
      "class \(prediction.label ?? "\(prediction.class)"), certified radius "
      + "\(radiusText(prediction.globalRadiusLSB)) global, \(radiusText(prediction.localRadiusLSB)) local"
    if let factor = prediction.tolerances {
      text += ", holds for \(header.tolerances(times: factor).joined(separator: ", ")) together"
    }
    return text + ", logits \(logits)"
  }

  private static func radiusText(_ radius: Int) -> String {
    radius < 0 ? "none" : radius == 0 ? "0 LSB (this input only)" : "\(radius) LSB"
  }
}

/// One row as the network reads it.
private struct PredictedInput {
  var values: [Int16] = []
  var isExact = true
  var clampedCount = 0
}

extension PredictRows {
  /// The rows as inputs of a network.
  ///
  /// - Parameter isRaw: whether the values are Int16 LSB.
  fileprivate func inputs(of header: LoadedHeader, isRaw: Bool) throws -> [PredictedInput] {
    try (0..<count).map { row in
      var input = PredictedInput()
      for (column, value) in self[row].enumerated() {
        if isRaw {
          guard let exact = Int16(exactly: value) else {
            throw error(row: row, input: column, "\(value) is not an Int16")
          }
          input.values.append(exact)
        } else {
          let encoded = try header.encoder.encoded(value, feature: column)
          input.values.append(encoded.input)
          input.isExact = input.isExact && encoded.isReading
          input.clampedCount += encoded.isClamped ? 1 : 0
        }
      }
      return input
    }
  }
}
