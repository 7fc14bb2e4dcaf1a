internal import Training

/// `--offsets` of `export`: how many bits the offsets of maxima take.
enum OffsetOption {
  static let option = Option(
    "--offsets", "8|16",
    "bits of a distance's offset; 8 needs gray levels, takes 255 LSB for the range (default: 16)")

  /// With `--offsets 8` makes the resolution of the inputs, and with it of all values of a network of distances, that
  /// of one byte.
  static func set(_ model: inout FloatModel, _ arguments: Arguments, path: String) throws {
    guard try arguments.choice(option.name, ["8", "16"]) == "8" else { return }
    guard model.network.layers.allSatisfy({ $0.kind == .distance }) else {
      throw CommandError.usage("--offsets 8: \(path) has dense layers, only distances have offsets")
    }
    guard let map = model.inputMap.forNarrowOffsets else {
      throw CommandError.usage("--offsets 8: the inputs of \(path) are not gray levels of at most 255 steps")
    }
    model.inputMap = map
  }
}
