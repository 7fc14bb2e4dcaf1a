internal import Checker
internal import Claims
internal import FileAccess
internal import Header
internal import Integers
internal import Quantization
internal import Training

/// The way from a float model to a header that is written only when it is verified.
struct HeaderExport {
  /// What prefixes every identifier.
  var name: String
  /// The file of the model, for messages.
  var modelPath: String
  /// The header to write.
  var path: String
  /// Hidden weights below so many LSB are dropped.
  var prune = 0
  /// Whether zeros are stored too, so that no layer is sparse.
  var storesAllWeights = false
  /// The bytes that all parameters may take; nil for as many as they need.
  var flash: FlashBudget?

  /// Deploys a model, verifies its claims independently and writes the header.
  ///
  /// - Parameter model: gets the input map that a budget asks for.
  func write(_ model: inout FloatModel) throws -> (claims: VerifiedClaims, verification: Verification) {
    try requireNames(of: model)
    let text = headerText(of: try claims(&model))
    // What is written is what was verified: the text is read back.
    let (verification, problems) = try parseHeader(text, path: path).check()
    guard let verified = verification.verified, problems.isEmpty else {
      throw CommandError.failedCheck("\(path): \(problems.first ?? "not verified")")
    }
    try AtomicFile.write(text, to: path)
    return (verified, verification)
  }

  private func claims(_ model: inout FloatModel) throws -> ModelClaims {
    do {
      guard let flash else {
        let integers = try quantized(model, prune: prune)
        return try ModelClaims(
          deploying: storesAllWeights ? integers.storingAllWeights() : integers, of: model, name: name)
      }
      let (integers, fittingModel, fit) = try quantized(model, within: flash)
      model = fittingModel
      Console.message("\(integers.parameterBytes) of \(flash.bytes) bytes: \(fit)")
      return try ModelClaims(deploying: integers, of: model, name: name)
    } catch let error as QuantizationError {
      throw FileError(modelPath, "\(error)")
    }
  }

  /// Refuses names that no header could hold.
  private func requireNames(of model: FloatModel) throws {
    if isReservedHeaderName(name) {
      throw CommandError.usage(
        "--name '\(name)': its identifiers or its file \(name).h would be those of supnorm.h or of the C library; another name"
      )
    }
    guard isValidHeaderName(name) else {
      throw CommandError.usage(
        "--name '\(name)': not a lowercase letter followed by up to 39 lowercase letters, digits or underscores"
      )
    }
    let names =
      problemsInNames(model.classNames, "class") + problemsInNames(model.featureNames, "feature")
      + problemsInNames(model.targetNames, "target")
    if let problem = names.first { throw FileError(modelPath, problem) }
  }
}
