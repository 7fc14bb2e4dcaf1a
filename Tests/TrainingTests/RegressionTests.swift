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
      let term = try #require(network.residuals.first)
      let reach = term.reach(
        ofOutput: 0, through: network.layers[2], reached: network.columns(reachedBy: 0))
      #expect(reach <= 0.500_001)
      #expect(isIncreasing ? term.weights[0] >= reach : term.weights[0] <= -reach)
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
      let reach = term.reach(
        ofOutput: classIndex, through: network.layers[1], reached: network.columns(reachedBy: 0))
      #expect(term.weights[1 - classIndex] == 0)
      #expect(isIncreasing ? term.weights[classIndex] >= reach : term.weights[classIndex] <= -reach)
      let accuracy = network.accuracy(inputs: Self.data.inputs, labels: labels)
      // A lead that must fall where it should rise can't be learned.
      #expect(isIncreasing == (classIndex == 1) ? accuracy > 0.9 : accuracy < 0.7, "\(accuracy)")
    }
  }

  @Test(arguments: [[0, 1], [0], [1]], [true, false])
  func `A network is convex in its convex inputs, whatever the others are`(inputs: [Int], isBounded: Bool)
    throws
  {
    // Convex in x1 alone: 0.25 x1^2 - 0.2 x0^2, for which a network that is convex in x0 must be straight.
    let pairs = stride(from: 0, to: Self.data.inputs.count, by: 2).map {
      (Self.data.inputs[$0], Self.data.inputs[$0 + 1])
    }
    var options = TrainingOptions.regression
    options.epochs = 60
    options.activation = .relu
    options.hidden = [12, 12]
    options.convex.inputs = inputs
    options.lastConstrained = isBounded
    let targets = pairs.map { 0.25 * $0.1 * $0.1 - 0.2 * $0.0 * $0.0 }
    let network = try Trainer.train(
      inputs: Self.data.inputs, labels: Array(repeating: 0, count: pairs.count), classCount: 1,
      targets: targets, range: -1...1, options: options
    ).network
    #expect(network.convexInputs == inputs)
    for layer in network.layers where isBounded || layer.rowSumBound != nil {
      #expect((0..<layer.rows).allSatisfy { layer.rowSum($0) <= 1.000_001 })
    }
    var state: UInt64 = 1
    func draw() -> Float {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(state >> 40) / Float(1 << 23) - 1
    }
    for _ in 0..<2000 {
      let first = [draw(), draw()]
      let second = first.indices.map { inputs.contains($0) ? draw() : first[$0] }
      let middle = zip(first, second).map { ($0 + $1) / 2 }
      let values = network.logits(of: first + second + middle)
      #expect(values[2] <= (values[0] + values[1]) / 2 + 1e-5)
    }
    let explained = network.explainedVariance(inputs: Self.data.inputs, targets: targets)
    #expect(inputs == [1] ? explained > 0.9 : explained < 0.8, "\(inputs) \(isBounded) \(explained)")
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
    #expect(error { ($0.convex.inputs, $0.activation) = ([0], .abs) } == .invalidOption(.convex, 1))
    #expect(error { ($0.convex.inputs, $0.activation) = ([2], .relu) } == .invalidConvexInput(2, inputs: 2))
    #expect(
      error { ($0.convex.inputs, $0.activation) = ([1, 1], .relu) } == .invalidConvexInput(1, inputs: 2))
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
