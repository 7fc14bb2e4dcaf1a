/// Which samples are trained on, and which are held out to measure on.
struct ValidationSplit {
  /// In increasing order, as `validation`.
  var training: [Int]
  var validation: [Int] = []

  /// Draws at least one sample to hold out, when any are asked for.
  init(_ count: Int, _ options: TrainingOptions) {
    training = Array(0..<count)
    guard options.validationFraction > 0 else { return }
    var generator = SeededGenerator(seed: options.validationSeed)
    generator.shuffle(&training)
    let heldOut = max(1, Int((Double(options.validationFraction) * Double(count)).rounded()))
    validation = training.prefix(heldOut).sorted()
    training = training.dropFirst(heldOut).sorted()
  }
}
