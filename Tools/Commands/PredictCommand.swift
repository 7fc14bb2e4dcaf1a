internal import Certification
internal import Foundation
internal import Interchange
internal import Training

/// `supnorm predict`.
enum PredictCommand: Command {
  static let name = "predict"
  static let summary = "logits, class and both certified radii for each row of a CSV file"
  static let usage = "N.h --input X.csv [--raw] [--json]"
  static let discussion = """
    Each row is one input, with a header line or without; a label column is ignored. Values are in the data's own
    units; with --raw they are Int16 LSB, as the device sees them.
    """
  static let options = [
    Option("--input", "X.csv", "the inputs, a row each"), Option("--raw", nil, "values are Int16 LSB"),
    .label,
    .json,
  ]
  static let positionalCount = 1...1

  private struct Output: Encodable {
    struct Prediction: Encodable {
      var `class`: Int
      var label: String?
      var logits: [Int32]
      var globalRadiusLSB, localRadiusLSB: Int
    }
    var model: String
    var predictions: [Prediction]
  }

  static func run(_ arguments: Arguments) throws {
    let header = try LoadedHeader(arguments.positionals[0])
    let path = try arguments.required("--input")
    let rows = try readCSV(path, label: arguments.string("--label") ?? "label", requireLabels: false)
    guard rows.featureCount == header.claims.inputs else {
      throw CommandError.usage(
        "\(path): \(rows.featureCount) columns, \(header.path) has \(header.claims.inputs) inputs")
    }
    let isRaw = arguments.has("--raw")
    var predictions: [Output.Prediction] = []
    for row in 0..<rows.rowCount {
      let values = rows.values[row * rows.featureCount..<(row + 1) * rows.featureCount]
      var input: [Int16] = []
      for (column, value) in values.enumerated() {
        if isRaw {
          guard let exact = Int16(exactly: value) else {
            throw FileError(path, line: rows.lines[row], "column \(column): \(value) is not an Int16")
          }
          input.append(exact)
        } else {
          input.append(header.inputMap.encoded(value, feature: column))
        }
      }
      let answer = try header.network.answer(to: input)
      predictions.append(
        Output.Prediction(
          class: answer.classIndex,
          label: header.claims.classNames.isEmpty ? nil : header.claims.classNames[answer.classIndex],
          logits: answer.logits, globalRadiusLSB: answer.globalRadiusLSB,
          localRadiusLSB: try header.network.localRadius(of: input, as: answer.classIndex) ?? 0))
    }
    if arguments.has("--json") {
      try Console.printJSON(Output(model: header.claims.name, predictions: predictions))
    } else {
      for prediction in predictions {
        let logits = prediction.logits.map { "\($0)" }.joined(separator: " ")
        Console.print(
          "class \(prediction.label ?? "\(prediction.class)"), certified radius \(prediction.globalRadiusLSB) LSB global, "
            + "\(prediction.localRadiusLSB) LSB local, logits \(logits)")
      }
    }
  }
}
