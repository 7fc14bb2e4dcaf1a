import TestSupport
import Testing
import Training

@Suite("Interval bounds")
struct IntervalPassTests {
  @Test(arguments: Activation.allCases) func `contain what points of the box give`(activation: Activation) {
    let seed = TestRandom.seed
    var generator = SeededGenerator(seed: seed)
    var options = TrainingOptions()
    options.hidden = [13, 9]
    options.activation = activation
    let network = FloatNetwork.random(inputCount: 10, classCount: 3, options: options, using: &generator)
    let range: ClosedRange<Float> = -0.5...1
    let epsilon: Float = 0.2
    for sample in 0..<50 {
      let label = sample % 3
      let input = (0..<10).map { _ in Float(generator.uniform() * 1.5 - 0.5) }
      let stack = LayerStack(network, intervals: true)
      let pass = IntervalPass(for: stack, capacity: 1)
      pass.boxes[0].centers.set(input)
      pass.spread(by: epsilon, within: range)
      pass.runForward(stack, labels: [label])
      for trial in 0..<100 {
        let point = input.map { value in
          // Corners of the box reach the bounds more often than its inside.
          let step =
            trial % 2 == 0 ? Float(2 * generator.index(below: 2) - 1) : Float(generator.uniform() * 2 - 1)
          return min(max(value + epsilon * step, range.lowerBound), range.upperBound)
        }
        let logits = network.logits(of: point)
        for other in 0..<3 where other != label {
          let difference = logits[other] - logits[label]
          let bound = pass.worstLogits.elements[other]
          #expect(difference <= bound + 1e-6, "seed \(seed) sample \(sample)")
        }
      }
    }
  }

  @Test(arguments: Activation.allCases) func `shrink to the logits as the box shrinks`(activation: Activation)
  {
    var generator = SeededGenerator(seed: 8)
    var options = TrainingOptions()
    options.hidden = [5, 6]
    options.activation = activation
    let network = FloatNetwork.random(inputCount: 4, classCount: 3, options: options, using: &generator)
    let input = (0..<4).map { _ in Float(generator.uniform()) }
    let logits = network.logits(of: input)
    let stack = LayerStack(network, intervals: true)
    let pass = IntervalPass(for: stack, capacity: 1)
    pass.boxes[0].centers.set(input)
    pass.spread(by: 0, within: 0...1)
    pass.runForward(stack, labels: [1])
    for other in 0..<3 {
      #expect(abs(pass.worstLogits.elements[other] - (logits[other] - logits[1])) < 1e-6)
    }
  }

  @Test func `are exact for a linear network`() {
    let network = FloatNetwork(
      layers: [
        FloatLayer(rows: 2, columns: 2, weights: [1, -2, 0.5, 1], biases: [0.25, 0], rowSumBound: nil)
      ],
      activation: .relu)
    // z1 - z0 = -0.5 x0 + 3 x1 - 0.25 over x0 in 0.25 ... 0.75, x1 in 0 ... 0.25 (cut at 0).
    let stack = LayerStack(network, intervals: true)
    let pass = IntervalPass(for: stack, capacity: 1)
    pass.boxes[0].centers.set([0.5, 0])
    pass.spread(by: 0.25, within: 0...1)
    pass.runForward(stack, labels: [0])
    #expect(pass.worstLogits.elements == [0, -0.125 + 0.75 - 0.25])
  }

  @Test func `decide the verified accuracy`() {
    let network = FloatNetwork(
      layers: [FloatLayer(rows: 2, columns: 1, weights: [1, -1], biases: [0, 0], rowSumBound: nil)],
      activation: .relu)
    // The class is 0 where x > 0; these samples have distances 0.1, 0.3, 0.5 from the boundary, one is wrong.
    let inputs: [Float] = [0.1, -0.3, 0.5, 0.5]
    let labels = [0, 1, 0, 1]
    func verified(_ epsilon: Float) -> Double {
      network.verifiedAccuracy(inputs: inputs, labels: labels, range: -1...1, epsilon: epsilon)
    }
    #expect(network.accuracy(inputs: inputs, labels: labels) == 0.75)
    #expect(verified(0) == 0.75)
    #expect(verified(0.2) == 0.5)
    #expect(verified(0.4) == 0.25)
    #expect(verified(0.6) == 0)
  }
}
