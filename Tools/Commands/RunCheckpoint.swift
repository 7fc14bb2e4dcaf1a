internal import FileAccess
internal import Embedded
internal import Foundation
internal import Files
internal import Training

/// The file of `--checkpoint`, and the run that it belongs to.
struct RunCheckpoint {
  /// Where; nil without the option.
  var path: String?
  /// What the run depends on, by name.
  private var run: [String: String] = [:]
  /// Why the file could not be written.
  private(set) var problem: FileError?

  init(path: String?) { self.path = path }

  /// Notes options and data, by which a checkpoint of another run is told.
  mutating func describe(
    _ options: TrainingOptions, inputs: [Float], labels: [Int], targets: [Float], start: FloatNetwork?
  ) {
    guard path != nil else { return }
    run = options.settings
    var checksum = Checksum()
    for value in inputs + targets { checksum.update(value.bitPattern, bytes: 4) }
    for label in labels { checksum.update(UInt32(truncatingIfNeeded: label), bytes: 4) }
    run["data"] = "\(labels.count) samples, CRC-32 \(checksum.value)"
    guard let start else { return }
    checksum = Checksum()
    for layer in start.layers {
      for value in layer.weights + layer.biases { checksum.update(value.bitPattern, bytes: 4) }
    }
    run["start"] = "CRC-32 \(checksum.value)"
  }

  /// The checkpoint to go on from; nil when there is no file yet.
  func read() throws -> TrainingCheckpoint? {
    guard let path, FileManager.default.fileExists(atPath: path) else { return nil }
    let checkpoint = try readCheckpoint(path, run: run)
    Console.message("\(path): going on after epoch \(checkpoint.epoch)")
    return checkpoint
  }

  /// Replaces the file, or notes why that cannot be done.
  mutating func write(_ checkpoint: TrainingCheckpoint) {
    guard let path else { return }
    do throws(FileError) {
      try writeCheckpoint(checkpoint, run: run, to: path)
    } catch {
      problem = error
    }
  }
}
