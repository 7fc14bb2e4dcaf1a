internal import Interchange
internal import Training

/// Reads tensors and, if they are one, a model; both must be written as bytes that mean the same.
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
