/// The samples of a training run, in mapped units.
struct TrainingData {
  /// Sample after sample.
  let inputs: [Float]
  /// A class of each sample; of a regression anything.
  let labels: [Int]
  /// The network's outputs.
  let classCount: Int
  /// The outputs wanted of a regression, sample after sample; empty for classes.
  let targets: [Float]
  /// The range of the inputs.
  let range: ClosedRange<Float>

  /// The inputs of a sample; there must be one.
  var featureCount: Int { inputs.count / labels.count }

  /// Checks that the data fit each other and the options.
  ///
  /// - Throws: `TrainingError` with the first thing that does not.
  func validate(for options: TrainingOptions) throws(TrainingError) {
    let isRegression = options.loss.isRegression
    if labels.isEmpty || inputs.isEmpty { throw .noData }
    if classCount < (isRegression ? 1 : 2) { throw .tooFewClasses(classCount) }
    if inputs.count % labels.count != 0 { throw .countMismatch(inputs: inputs.count, labels: labels.count) }
    if let augmentation = options.augmentation,
      augmentation.width * augmentation.height != featureCount
    {
      throw .invalidOption(.crop, Double(augmentation.crop))
    }
    let targetCount = isRegression ? labels.count * classCount : 0
    if targets.count != targetCount { throw .targetMismatch(targets: targets.count, expected: targetCount) }
    for (index, constraint) in options.monotone.enumerated() {
      let isNew = !options.monotone[..<index].contains { $0.input == constraint.input }
      guard isNew, (0..<featureCount).contains(constraint.input) else {
        throw .invalidMonotoneInput(constraint.input, inputs: featureCount)
      }
    }
    if !isRegression, let sample = labels.firstIndex(where: { !(0..<classCount).contains($0) }) {
      throw .invalidLabel(sample: sample, label: labels[sample], classCount: classCount)
    }
    if let index = inputs.firstIndex(where: { !range.contains($0) }) {
      throw .inputOutOfRange(
        sample: index / featureCount, feature: index % featureCount, value: inputs[index], range: range)
    }
  }

  /// The inputs and labels as a run reads them.
  func source(_ options: TrainingOptions) -> SampleSource {
    SampleSource(inputs: inputs, labels: labels, augmentation: options.augmentation, seed: options.seed)
  }

  /// Measures networks on some of the samples; nil without any.
  func monitor(_ samples: [Int], epsilon: Float, boxLimit: Int) -> TrainingMonitor? {
    samples.isEmpty ? nil : TrainingMonitor(self, among: samples, epsilon: epsilon, boxLimit: boxLimit)
  }
}
