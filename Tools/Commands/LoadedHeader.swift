internal import Checker
internal import Header
internal import Claims
internal import Certification
internal import Files
internal import Integers
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

  /// The header that a model would have, with the path of the model.
  init(deploying model: FloatModel, path: String) throws {
    claims = try ModelClaims(deploying: model, name: "model")
    self.path = path
    network = try CertifiedNetwork(IntegerNetwork(claims), features: claims.features)
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
}
