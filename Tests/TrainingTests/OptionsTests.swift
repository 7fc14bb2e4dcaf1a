import Testing
import Training

@Suite("Training options")
struct OptionsTests {
  @Test func `are valid by default`() throws {
    try TrainingOptions().validate()
    for recipe in [.digits, .distances, .digitDistances, .smallTable, .regression] as [TrainingOptions] {
      try recipe.validate()
    }
  }

  static let invalid: [(TrainingError.Option, @Sendable (inout TrainingOptions) -> Void)] = [
    (.hidden, { $0.hidden = [8, 0] }),
    (.epsilon, { $0.epsilon = -0.1 }),
    (.epsilon, { $0.epsilon = .nan }),
    (.bounds, { $0.bounds = [0] }),
    (.bounds, { $0.bounds = [.infinity] }),
    (.boundCount, { $0.bounds = [1, 1, 1] }),
    (.epochs, { $0.epochs = 0 }),
    (.batchSize, { $0.batchSize = 0 }),
    (.rate, { $0.rate = 0 }),
    (.rate, { $0.rate = .nan }),
    (.warmUpFraction, { $0.warmUpFraction = 1.5 }),
    (.rampFraction, { $0.rampFraction = -0.1 }),
    (.temperature, { $0.loss = .crossEntropy(temperature: 0) }),
    (.temperature, { $0.loss = .worstCase(temperature: -1, cleanWeight: 0) }),
    (.margin, { $0.loss = .hinge(margin: .nan) }),
    (.cleanWeight, { $0.loss = .worstCase(temperature: 1, cleanWeight: 1) }),
    (.validationFraction, { $0.validationFraction = -0.1 }),
    (.validationFraction, { $0.validationFraction = 1 }),
    (.validationFraction, { $0.validationFraction = .nan }),
    (.patience, { $0.patience = 3 }),
    (.patience, { ($0.patience, $0.validationFraction) = (0, 0.1) }),
    (.crop, { $0.augmentation = Augmentation(width: 9, height: 8, crop: 4) }),
    (.crop, { $0.augmentation = Augmentation(width: 8, height: 8, crop: -1) }),
    (.shift, { $0.augmentation = Augmentation(width: 9, height: 8, shift: 8) }),
    (.shift, { $0.augmentation = Augmentation(width: 8, height: 8, shift: -1) }),
    (.hingeEpsilon, { ($0.kind, $0.epsilon) = (.distance, 0) }),
    (.distanceLoss, { ($0.kind, $0.loss) = (.distance, .squaredError) }),
    (.exponents, { ($0.kind, $0.distance.firstExponent) = (.distance, 1.5) }),
    (.exponents, { ($0.kind, $0.distance.firstExponent) = (.hybrid, .nan) }),
    (.exponents, { ($0.kind, $0.distance.lastExponent) = (.distance, 2.5) }),
    (.exponents, { ($0.kind, $0.distance.lastExponent) = (.distance, 2_000_000) }),
    (.growth, { ($0.kind, $0.distance.growthStart) = (.distance, -0.1) }),
    (.growth, { ($0.kind, $0.distance.growthEnd) = (.distance, 0.03) }),
    (.growth, { ($0.kind, $0.distance.growthEnd) = (.hybrid, 1.1) }),
    (.crossEntropyWeight, { ($0.kind, $0.distance.firstCrossEntropyWeight) = (.distance, 0) }),
    (.crossEntropyWeight, { ($0.kind, $0.distance.lastCrossEntropyWeight) = (.distance, .infinity) }),
  ]

  @Test(arguments: invalid.indices) func `are refused one by one with a line that names them`(index: Int) {
    var options = TrainingOptions()
    options.hidden = [8, 8]
    Self.invalid[index].1(&options)
    let error = #expect(throws: TrainingError.self) { try options.validate() }
    guard case .invalidOption(let option, _) = error else {
      Issue.record("unexpected \(String(describing: error))")
      return
    }
    #expect(option == Self.invalid[index].0)
    #expect(error?.description.contains(option.rawValue) == true)
    #expect(error?.description.contains("\n") == false)
  }

  @Test func `at their bounds are accepted`() throws {
    var options = TrainingOptions()
    options.augmentation = Augmentation(width: 9, height: 8, crop: 3, shift: 7)
    (options.patience, options.validationFraction) = (1, 0.1)
    options.kind = .distance
    (options.distance.firstExponent, options.distance.lastExponent) = (2, 2)
    (options.distance.growthStart, options.distance.growthEnd) = (0, 1)
    try options.validate()
    // Of a dense network those of distances are not asked.
    options.kind = .dense
    options.distance.firstExponent = 0
    try options.validate()
  }

  @Test func `accept a bound for each constrained layer`() throws {
    var options = TrainingOptions()
    options.bounds = [1, 2]
    try options.validate()
    options.lastConstrained = true
    #expect(throws: TrainingError.self) { try options.validate() }
    options.bounds = [1, 2, 3]
    try options.validate()
  }

  @Test func `bad data is refused with its place`() {
    func error(
      _ inputs: [Float], _ labels: [Int], classCount: Int = 2
    ) -> TrainingError? {
      #expect(throws: TrainingError.self) {
        try Trainer.train(
          inputs: inputs, labels: labels, classCount: classCount, range: 0...1, options: TrainingOptions())
      }
    }
    #expect(error([], []) == .noData)
    #expect(error([], [0]) == .noData)
    #expect(error([0, 1], [0, 1], classCount: 1) == .tooFewClasses(1))
    #expect(error([0, 1, 0], [0, 1]) == .countMismatch(inputs: 3, labels: 2))
    #expect(error([0, 1], [0, 2]) == .invalidLabel(sample: 1, label: 2, classCount: 2))
    #expect(error([0, 1], [-1, 0]) == .invalidLabel(sample: 0, label: -1, classCount: 2))
    #expect(
      error([0, 1, 1.5, 0], [0, 1]) == .inputOutOfRange(sample: 1, feature: 0, value: 1.5, range: 0...1))
    guard case .inputOutOfRange(sample: 0, feature: 1, _, _) = error([0, .nan], [0]) else {
      Issue.record("a NaN was accepted")
      return
    }
  }
}
