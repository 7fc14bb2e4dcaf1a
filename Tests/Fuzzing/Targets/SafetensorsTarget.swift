internal import Checker
internal import Claims
internal import FileAccess
internal import Certification
internal import Files
internal import Quantization
internal import Training

/// Reads tensors and, if they are one, a model; both must be written as bytes that mean the same.
///
/// A model of another program must end in a header that holds, or in one line.
func refusalOfModel(_ bytes: [UInt8]) throws(BrokenPromise) -> FileError? {
  let path = "x.safetensors"
  let content: Safetensors
  do throws(FileError) {
    content = try Safetensors(bytes: bytes, path: path)
  } catch {
    return error
  }
  let written = content.encoded()
  let again = try promised("written tensors are read") { try Safetensors(bytes: written, path: path) }
  // Bytes, because a tensor may hold what is not equal to itself.
  try promise(again.encoded() == written, "written tensors are written the same once more")
  try promise(
    again.metadata == content.metadata && again.tensors.keys == content.tensors.keys,
    "written tensors have the names and the metadata that were read")
  if content.isForeign { return try refusalOfForeignModel(content, path) }
  let model: FloatModel
  do throws(FileError) {
    model = try FloatModel(content, path: path)
  } catch {
    return error
  }
  // Compares with the model, too.
  _ = try promised("a model that was read can be written") { try modelBytes(model, path: path) }
  return nil
}

/// Deploys a model of another program as `supnorm export` does, as a classifier and as a regression.
private func refusalOfForeignModel(_ content: Safetensors, _ path: String) throws(BrokenPromise) -> FileError?
{
  var refusal: FileError?
  for isRegression in [true, false] {
    var conventions = ForeignConventions()
    if isRegression {
      conventions.target = TargetMap(offset: 1, scale: 2)
      conventions.isTransposed = true
      conventions.batchNormSide = .after
    }
    var model: FloatModel
    do throws(FileError) {
      model = try ForeignModel(content, conventions: conventions, path: path).model
    } catch {
      refusal = error
      continue
    }
    refusal = nil
    model.scaleLastLayer()
    let claims: ModelClaims
    do {
      claims = try ModelClaims(deploying: model, name: "x")
    } catch let error as QuantizationError {
      refusal = FileError(path, "\(error)")
      continue
    } catch {
      throw BrokenPromise("a model that was read is deployed or does not fit: \(error)")
    }
    try promise(verification(of: claims).isValid, "a deployed model holds")
  }
  return refusal
}
