public import FileAccess
import Foundation
public import Training

/// Writes a checkpoint as a `.safetensors` file, which takes the place of an older one only when it is complete.
///
/// - Parameter run: names and values of all that the run depends on; it goes on only under the same.
public func writeCheckpoint(
  _ checkpoint: TrainingCheckpoint, run: [String: String], to path: String
) throws(FileError) {
  var content = Safetensors()
  for (kind, arrays) in [("state", checkpoint.state), ("kept", checkpoint.kept)] {
    for (index, array) in arrays.enumerated() {
      content.tensors["\(kind).\(index)"] = Safetensors.Tensor(
        shape: [array.count], elements: .float32(array))
    }
  }
  content.metadata = [
    "format": formatName, "version": "1", "epoch": "\(checkpoint.epoch)",
    "kept_epoch": "\(checkpoint.keptEpoch)",
    "curve": curveText(checkpoint.curve),
  ]
  for (key, value) in run { content.metadata["run.\(key)"] = value }
  try AtomicFile.write(content.encoded(), to: path)
}

/// Reads a checkpoint of a run.
///
/// - Throws: the first name under which the file was made by another run.
public func readCheckpoint(_ path: String, run: [String: String]) throws(FileError) -> TrainingCheckpoint {
  let content = try Safetensors(path: path)
  let reader = ModelReader(content: content, path: path)
  guard content.metadata["format"] == formatName, content.metadata["version"] == "1" else {
    throw reader.fail("metadata format", "not a checkpoint of this version of supnorm")
  }
  let known = content.metadata.keys.filter { $0.hasPrefix("run.") }.map { String($0.dropFirst(4)) }
  for key in Set(known).union(run.keys).sorted() where content.metadata["run.\(key)"] != run[key] {
    func words(_ value: String?) -> String { value.map(quoted) ?? "nothing" }
    throw reader.fail(
      "run.\(key)", "\(words(content.metadata["run.\(key)"])), this run has \(words(run[key]))")
  }
  func arrays(_ kind: String) throws(FileError) -> [[Float]] {
    var arrays: [[Float]] = []
    while let tensor = content.tensors["\(kind).\(arrays.count)"] {
      guard tensor.shape.count == 1 else {
        throw reader.fail("tensor \(kind).\(arrays.count)", "shape \(tensor.shape)")
      }
      arrays.append(tensor.elements.floats)
    }
    return arrays
  }
  let epoch = try reader.integer("epoch", in: 1...1_000_000)
  let checkpoint = TrainingCheckpoint(
    epoch: epoch, state: try arrays("state"), curve: try reader.curve(),
    keptEpoch: try reader.integer("kept_epoch", in: 1...epoch), kept: try arrays("kept"))
  guard checkpoint.curve.count == epoch,
    checkpoint.state.count + checkpoint.kept.count == content.tensors.count
  else {
    throw reader.fail("metadata epoch", "\(epoch) epochs, \(checkpoint.curve.count) points of the curve")
  }
  return checkpoint
}

private let formatName = "supnorm-checkpoint"
