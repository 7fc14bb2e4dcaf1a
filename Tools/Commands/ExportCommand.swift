internal import Certification
internal import Foundation
internal import Interchange
internal import Quantization
internal import Training

/// `supnorm export`.
enum ExportCommand: Command {
  static let name = "export"
  static let summary = "turn a model into certified integers in one C header"
  static let usage = "M.safetensors --name digits --out digits.h [--prune T] [--data SRC]"
  static let discussion = """
    Weights become Int16 with a proved bound on every row, layers are stored dense or sparse, whichever is smaller,
    and everything is verified before the file is written. With --data the accuracy of the float network and of
    the integers is compared. Same model, same bytes.
    """
  static let options = [
    Option("--name", "NAME", "prefixes every identifier: lowercase letters, digits, underscores"),
    Option("--out", "N.h", "the header to write"),
    Option("--prune", "T", "drop hidden weights below T LSB (default: 0)"), .data, .label, .json,
  ]
  static let positionalCount = 1...1

  /// What quantization and pruning cost on a test set.
  struct Cost: Codable, Equatable {
    var samples: Int
    var floatCorrect: Int
    var integerCorrect: Int
  }

  private struct Output: Encodable {
    struct Layer: Encodable {
      var kind: String
      /// `entries` are the stored weights, or the entries of a max-plus layer.
      var rows, columns, shift, nonzeroWeights, entries, parameterBytes, rowSumMax, rowSumBound: Int
    }
    var header: String
    var parameterBytes: Int
    var layers: [Layer]
    var accuracy: Cost?
  }

  static func run(_ arguments: Arguments) throws {
    let modelPath = arguments.positionals[0]
    let model = try readModel(modelPath)
    let path = try arguments.required("--out")
    let claims = try export(
      model, from: modelPath, name: try arguments.required("--name"), to: path,
      prune: try arguments.integer("--prune", 0...32767) ?? 0)
    let network = try claims.network()
    var cost: Cost?
    if arguments.has("--data") {
      let data = try DataSource.load(
        arguments.required("--data"), part: .test,
        columns: claims.columns(label: arguments.string("--label"), of: arguments.required("--data")))
      guard data.featureCount == network.inputs else {
        throw CommandError.usage(
          "--data: \(data.featureCount) features, the model has \(network.inputs) inputs")
      }
      cost = try self.cost(of: model, claims: claims, on: data)
    }
    if arguments.has("--json") {
      try Console.printJSON(
        Output(
          header: path, parameterBytes: network.parameterBytes,
          layers: network.layers.map {
            Output.Layer(
              kind: $0.kind.rawValue, rows: $0.rows, columns: $0.columns, shift: $0.shift,
              nonzeroWeights: $0.nonzeroCount, entries: $0.storedCount, parameterBytes: $0.parameterBytes,
              rowSumMax: $0.rowSums.max() ?? 0, rowSumBound: $0.rowSumBound)
          }, accuracy: cost))
    } else {
      Console.print(layerTable(network))
      if let cost { Console.print(text(of: cost)) }
    }
    Console.message("wrote \(path)")
  }

  /// Deploys a model, verifies its claims independently and writes the header.
  static func export(
    _ model: FloatModel, from modelPath: String, name: String, to path: String, prune: Int
  ) throws -> ModelClaims {
    guard isValidHeaderName(name) else {
      throw CommandError.usage(
        "--name '\(name)': not a lowercase letter followed by up to 39 lowercase letters, digits or underscores"
      )
    }
    let claims: ModelClaims
    do {
      claims = try ModelClaims(deploying: model, name: name, prune: prune)
    } catch let error as QuantizationError {
      throw FileError(modelPath, "\(error)")
    }
    let text = headerText(of: claims)
    // What is written is what was verified: the text is read back.
    let file = try parseHeader(text, path: path)
    if let problem = file.problems.first { throw CommandError.failedCheck("\(path): \(problem)") }
    try AtomicFile.write(text, to: path)
    return claims
  }

  /// Counts right answers of the float network and of the integers.
  static func cost(of model: FloatModel, claims: ModelClaims, on data: Dataset) throws -> Cost {
    let logits = model.network.logits(of: model.inputMap.mappedInputs(of: data))
    let outputs = claims.outputs
    let floatCorrect = data.labels.indices.count { sample in
      let row = logits[sample * outputs..<(sample + 1) * outputs]
      let best = row.indices.reduce(row.startIndex) { row[$1] > row[$0] ? $1 : $0 }
      return best - row.startIndex == data.labels[sample]
    }
    let samples = EncodedSamples(data, map: model.inputMap, isExact: true)
    let counts = try CertifiedNetwork(verified: claims).certifiedAccuracy(
      inputs: samples.inputs, labels: data.labels, radii: [])
    return Cost(samples: data.count, floatCorrect: floatCorrect, integerCorrect: counts.clean)
  }

  static func layerTable(_ network: IntegerNetwork) -> String {
    table(
      [["layer", "kind", "size", "shift", "entries", "bytes", "largest row sum", "bound"]]
        + network.layers.enumerated().map { index, layer in
          [
            "\(index)", layer.kind.rawValue, "\(layer.rows) × \(layer.columns)",
            "\(layer.shift)",
            "\(layer.storedCount)", "\(layer.parameterBytes)", "\(layer.rowSums.max() ?? 0)",
            "\(layer.rowSumBound)",
          ]
        }) + "\nparameters: \(network.parameterBytes) bytes"
  }

  static func text(of cost: Cost) -> String {
    "\(cost.samples) samples: float \(percentage(cost.floatCorrect, of: cost.samples)), "
      + "integers \(percentage(cost.integerCorrect, of: cost.samples)) correct"
  }
}

extension IntegerNetwork {
  /// The bytes of all parameters on the device.
  var parameterBytes: Int { layers.reduce(0) { $0 + $1.parameterBytes } }
}
