/// The samples of a training run in mapped units, and as its steps see them.
package struct TrainingData: Sendable {
  /// Sample after sample, all within `range`.
  let inputs: [Float]
  /// A class of each sample; of a regression anything.
  let labels: [Int]
  /// The outputs wanted of a regression, sample after sample; empty for classes.
  let targets: [Float]
  /// The range of the inputs, to which the boxes around samples are cut.
  let range: ClosedRange<Float>
  private let augmentation: Augmentation?
  private let seed: UInt64

  /// Creates data.
  package init(
    inputs: [Float], labels: [Int], targets: [Float] = [], range: ClosedRange<Float> = 0...1,
    augmentation: Augmentation? = nil, seed: UInt64 = 0
  ) {
    self.inputs = inputs
    self.labels = labels
    self.targets = targets
    self.range = range
    self.augmentation = augmentation
    self.seed = seed
  }

  /// The inputs of a sample; there must be one.
  var featureCount: Int { inputs.count / labels.count }

  /// Checks that the data fit each other and the options.
  ///
  /// - Throws: `TrainingError` with the first thing that does not.
  func validate(classCount: Int, for options: TrainingOptions) throws(TrainingError) {
    let isRegression = options.loss.isRegression
    if labels.isEmpty || inputs.isEmpty { throw .noData }
    if classCount < (isRegression ? 1 : 2) { throw .tooFewClasses(classCount) }
    if inputs.count % labels.count != 0 { throw .countMismatch(inputs: inputs.count, labels: labels.count) }
    if let augmentation, augmentation.width * augmentation.height != featureCount {
      throw .invalidOption(.crop, Double(augmentation.crop))
    }
    let targetCount = isRegression ? labels.count * classCount : 0
    if targets.count != targetCount { throw .targetMismatch(targets: targets.count, expected: targetCount) }
    for (index, constraint) in options.monotone.enumerated() {
      let isNew = !options.monotone[..<index].contains { $0.input == constraint.input }
      guard isNew, (0..<featureCount).contains(constraint.input) else {
        throw .invalidMonotoneInput(constraint.input, inputs: featureCount)
      }
      let classes = isRegression ? 0 : classCount
      guard constraint.classIndex.map({ (0..<classes).contains($0) }) ?? isRegression else {
        throw .invalidMonotoneClass(constraint.classIndex, classes: classes)
      }
    }
    for (index, input) in options.convex.inputs.enumerated() {
      let isNext = index == 0 || input > options.convex.inputs[index - 1]
      guard isNext, (0..<featureCount).contains(input) else {
        throw .invalidConvexInput(input, inputs: featureCount)
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

  /// Inputs that a network reads of each sample.
  var columns: Int { augmentation?.featureCount ?? featureCount }

  /// Writes some samples to rows, shifted as step and place in the order of the samples have it.
  ///
  /// - Parameter row: the first element of a row.
  @unsafe func copy(
    _ indices: ArraySlice<Int>, step: Int, toRows row: (_ index: Int) -> UnsafeMutablePointer<Float>
  ) {
    unsafe inputs.withUnsafeBufferPointer { inputs in
      guard let base = inputs.baseAddress else { return }
      for (place, sample) in zip(indices.indices, indices) {
        let source = unsafe base + sample * featureCount
        let row = unsafe row(place - indices.startIndex)
        if let augmentation {
          var offset = (x: 0, y: 0)
          if augmentation.shift > 0 {
            var generator = SeededGenerator(
              seed: seed &+ UInt64(step) &* 0x9E37_79B9 &+ UInt64(place) &<< 40)
            let reach = 2 * augmentation.shift + 1
            offset.x = generator.index(below: reach) - augmentation.shift
            offset.y = generator.index(below: reach) - augmentation.shift
          }
          unsafe augmentation.copy(source, movedBy: offset, to: row)
        } else {
          unsafe row.update(from: source, count: featureCount)
        }
      }
    }
  }

  /// Measures networks on some of the samples; nil without any.
  func monitor(_ samples: [Int], epsilon: Float, boxLimit: Int) -> TrainingMonitor? {
    samples.isEmpty ? nil : TrainingMonitor(self, among: samples, epsilon: epsilon, boxLimit: boxLimit)
  }
}
