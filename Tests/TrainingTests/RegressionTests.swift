import Testing
import Training

@Suite("Regression")
struct RegressionTests {
  /// `y = 0.6 x0 - 0.3 |x1|` on a grid of the square -1 … 1, all in mapped units.
  static let data: (inputs: [Float], targets: [Float]) = {
    var inputs: [Float] = []
    var targets: [Float] = []
    for x in stride(from: Float(-1), through: 0.99, by: 0.1) {
      for y in stride(from: Float(-1), through: 0.99, by: 0.1) {
        inputs += [x, y]
        targets.append(0.6 * x - 0.3 * y.magnitude)
      }
    }
    return (inputs, targets)
  }()

  static func train(_ change: (inout TrainingOptions) -> Void) throws -> TrainingResult {
    var options = TrainingOptions.regression
    options.epochs = 40
    options.epsilon = 0
    change(&options)
    return try Trainer.train(
      inputs: data.inputs, labels: Array(repeating: 0, count: data.targets.count), classCount: 1,
      targets: data.targets, range: -1...1, options: options)
  }

  @Test(arguments: [TrainingLoss.squaredError, .absoluteError])
  func `finds a function that its bounds allow`(loss: TrainingLoss) throws {
    let result = try Self.train { $0.loss = loss }
    let explained = result.network.explainedVariance(inputs: Self.data.inputs, targets: Self.data.targets)
    #expect(explained > 0.97, "\(explained)")
    // The curve measures the same, and nothing is verified of a regression.
    #expect((result.curve.last?.accuracy ?? 0) > 0.97)
    #expect(result.curve.allSatisfy { $0.verifiedAccuracy == nil })
  }

  @Test func `A residual term outweighs the layers after every step, in either direction`() throws {
    for isIncreasing in [true, false] {
      let result = try Self.train {
        $0.lastConstrained = true
        $0.bounds = [1, 1, 0.5]
        $0.monotone = [MonotoneConstraint(input: 0, isIncreasing: isIncreasing)]
      }
      let network = result.network
      #expect(network.lipschitzBound == 0.5)
      let weight = try #require(network.residuals.first?.weights.first)
      #expect(isIncreasing ? weight >= 0.5 : weight <= -0.5)
      for y in stride(from: Float(-1), through: 1, by: 0.25) {
        let outputs = stride(from: Float(-1), through: 1, by: 0.05).flatMap { network.logits(of: [$0, y]) }
        #expect(
          zip(outputs, outputs.dropFirst()).allSatisfy { isIncreasing ? $1 >= $0 - 1e-6 : $1 <= $0 + 1e-6 })
      }
      // What rises cannot be learned by a network that must fall.
      let explained = network.explainedVariance(inputs: Self.data.inputs, targets: Self.data.targets)
      #expect(isIncreasing ? explained > 0.97 : explained < 0.5, "\(explained)")
    }
  }

  @Test(arguments: [
    TrainingLoss.crossEntropy(temperature: 0.1), .worstCase(temperature: 0.1, cleanWeight: 0),
  ])
  func `A class is led by what outweighs the layers after every step`(loss: TrainingLoss) throws {
    // Class 1 where x0 > |x1| / 2: its lead rises with x0, and no lead of class 0 falls with it.
    var options = TrainingOptions()
    options.hidden = [8]
    options.loss = loss
    options.epsilon = 0.05
    options.epochs = 40
    options.batchSize = 32
    options.rate = 0.02
    options.lastConstrained = true
    let labels = Self.data.targets.indices.map { index in
      Self.data.inputs[2 * index] > Self.data.inputs[2 * index + 1].magnitude / 2 ? 1 : 0
    }
    for (isIncreasing, classIndex) in [(true, 1), (false, 0), (false, 1)] {
      options.monotone = [MonotoneConstraint(input: 0, isIncreasing: isIncreasing, classIndex: classIndex)]
      let network = try Trainer.train(
        inputs: Self.data.inputs, labels: labels, classCount: 2, range: -1...1, options: options
      ).network
      let term = try #require(network.residuals.first)
      let reach = network.layers[1].reach(ofLeadOf: classIndex)
      #expect(term.weights[1 - classIndex] == 0)
      #expect(isIncreasing ? term.weights[classIndex] >= reach : term.weights[classIndex] <= -reach)
      let accuracy = network.accuracy(inputs: Self.data.inputs, labels: labels)
      // A lead that must fall where it should rise can't be learned.
      #expect(isIncreasing == (classIndex == 1) ? accuracy > 0.9 : accuracy < 0.7, "\(accuracy)")
    }
  }

  @Test func `What does not fit together is refused`() {
    func error(_ change: (inout TrainingOptions) -> Void) -> TrainingError? {
      do {
        _ = try Self.train(change)
        return nil
      } catch {
        return error as? TrainingError
      }
    }
    let monotone = [MonotoneConstraint(input: 1, isIncreasing: true)]
    #expect(error { $0.monotone = monotone } == .invalidOption(.monotone, 1))
    #expect(
      error {
        $0.monotone = monotone
        $0.lastConstrained = true
        $0.bounds = [1, 2, 1]
      } == .invalidOption(.monotone, 1))
    #expect(
      error {
        $0.monotone = [MonotoneConstraint(input: 2, isIncreasing: true)]
        $0.lastConstrained = true
      } == .invalidMonotoneInput(2, inputs: 2))
    #expect(
      error {
        $0.monotone = monotone + monotone
        $0.lastConstrained = true
      } == .invalidMonotoneInput(1, inputs: 2))
    #expect(
      error {
        $0.monotone = [MonotoneConstraint(input: 1, isIncreasing: true, classIndex: 0)]
        $0.lastConstrained = true
      } == .invalidMonotoneClass(0, classes: 0))
    #expect(error { $0.loss = .hinge(margin: 1) } == .tooFewClasses(1))
    #expect(throws: TrainingError.targetMismatch(targets: 3, expected: 2)) {
      var options = TrainingOptions.regression
      options.epochs = 1
      _ = try Trainer.train(
        inputs: [0, 0], labels: [0, 0], classCount: 1, targets: [1, 2, 3], range: -1...1, options: options)
    }
  }

  @Test func `Targets map from their range to -1 … 1 and back`() {
    let map = TargetMap.fitted(to: [185, 4254, 900])
    #expect(map.mapped(185) == -1 && map.mapped(4254) == 1)
    #expect(map.offset + map.scale == 4254)
    let constant = TargetMap.fitted(to: [7, 7])
    #expect(constant.mapped(7) == 0 && constant.scale == 1)
  }
}
