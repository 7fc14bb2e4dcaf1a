import Claims
import Integers
import TestSupport
import Testing
import Certification

@Suite("Certificates in l1 and l2")
struct BallCertificateTests {
  private static func certificates(
    _ network: IntegerNetwork, _ norm: BallNorm, _ radius: Int
  ) -> BallCertificates {
    BallCertificates(network, InputBall(norm, radiusLSB: radius), product: NormProduct(network, norm))
  }

  @Test(arguments: [BallNorm.one, .two])
  func `On tiny networks every input of a certified ball has the answer`(norm: BallNorm) throws {
    var random = TestRandom("tiny \(norm)")
    var proved: [BallRule: Int] = [:]
    var byIntervals = 0
    while byIntervals < 150 {
      var network = random.network(
        random.element(of: [.small, .tight, .plain, .deep, .oneLayer, .residual, .hybrid]))
      guard network.inputs <= 3, network.outputs > 1 else { continue }
      let input = random.input(of: network)
      random.balance(&network, at: input, radius: random.element(of: [1, 3]))
      let certified = try CertifiedNetwork(network)
      let answer = try certified.answer(to: input)
      let oracle = Oracle(network)
      for radius in 1...4 {
        let certificates = Self.certificates(network, norm, radius)
        let rules = BallRule.allCases.filter { certificates.isCertified(answer, by: $0) }
        let isLocal = certified.isCertified(input, as: answer.classIndex, by: certificates)
        guard !rules.isEmpty || isLocal else { continue }
        for rule in rules { proved[rule, default: 0] += 1 }
        byIntervals += isLocal ? 1 : 0
        // The best rule proves what any of them does.
        #expect(rules.isEmpty || rules.contains(.joint))
        for change in Oracle.changes(count: network.inputs, length: radius, isEuclidean: norm == .two) {
          let point = zip(input, change).map { Int($0) + $1 }
          guard point.allSatisfy({ (-32768...32767).contains($0) }) else { continue }
          let isInside = point.allSatisfy { (network.inputMinimum...network.inputMaximum).contains($0) }
          guard !rules.isEmpty || isInside else { continue }
          #expect(
            Oracle.isStrictlyLargest(answer.classIndex, oracle.logits(point.map { Int16($0) })),
            "\(network) \(input) \(change) \(rules) \(isLocal); \(random)")
        }
      }
    }
    #expect(BallRule.allCases.allSatisfy { proved[$0] ?? 0 > 10 }, "\(proved); \(random)")
  }

  @Test(arguments: [BallNorm.one, .two])
  func `Margins of the first-layer rule are the oracle's`(norm: BallNorm) throws {
    var random = TestRandom("first layer \(norm)")
    for network in random.networks(6) {
      for radius in [0, 1, 7, 300, 20000] {
        let margins = Self.certificates(network, norm, radius).margins[.firstLayer]
        let expected = Oracle(network).firstLayerMargins(length: Int64(radius), isEuclidean: norm == .two)
        #expect(margins?.map { $0.map { Int64($0) } } == expected, "\(network) \(radius); \(random)")
      }
    }
  }

  @Test func `A margin that rounding alone takes away is not certified`() throws {
    // One LSB of the input moves nine hidden rows by a whole LSB each, twice what their weights say: 9 in the logit.
    for (lead, isSafe) in [(9, false), (10, true)] {
      let halves = try NormProductTests.halves(9)
      let network = halves.changed(layers: [
        halves.layers[0], halves.layers[1].changed(biases: [0, Int32(9 - lead)]),
      ])
      let answer = try CertifiedNetwork(network).answer(to: [1])
      #expect(answer.logits == [9, Int32(9 - lead)])
      #expect(Oracle.isStrictlyLargest(0, Oracle(network).logits([0])) == isSafe)
      for norm in [BallNorm.one, .two] {
        let certificates = Self.certificates(network, norm, 1)
        // Without ceil, or without what rounding adds to a length, 9 would exceed 4.5.
        #expect(certificates.isCertified(answer, by: .firstLayer) == isSafe, "\(norm)")
        #expect(certificates.isCertified(answer, by: .joint) == isSafe, "\(norm)")
        #expect(certificates.isCertified(answer, by: .product) == isSafe, "\(norm)")
        #expect(certificates.margins[.product]?[0][1] == 9, "\(norm)")
      }
    }
  }

  @Test func `Saturated values are counted from where they saturate`() throws {
    // The center lies far beyond Int16, and the ball reaches the other end.
    let network = try IntegerNetwork(
      layers: [
        IntegerLayer(
          rows: 1, columns: 1, weights: [4], biases: [0], shift: 0, activation: .identity, rowSumBound: 4,
          isSparse: false),
        IntegerLayer(
          rows: 2, columns: 1, weights: [1, 0], biases: [0, -20000], shift: 0, activation: .identity,
          rowSumBound: 1, isSparse: false),
      ], unit: 1, inputMinimum: -32768, inputMaximum: 32767)
    let certified = try CertifiedNetwork(network)
    for norm in [BallNorm.one, .two] {
      for radius in [1000, 30000, 60000] {
        let certificates = Self.certificates(network, norm, radius)
        let isSafe = 4 * (20000 - radius) > -20000
        #expect(certified.isCertified([20000], as: 0, by: certificates) == isSafe, "\(norm) \(radius)")
      }
    }
  }

  @Test
  func `Counts say which rule proves what, and the box is the l-infinity certificate within the same length`()
    throws
  {
    var random = TestRandom()
    for norm in [BallNorm.one, .two] {
      var network = random.network(.plain)
      let inputs = (0..<40).map { _ in random.input(of: network) }
      random.balance(&network, at: inputs[0], radius: 40)
      let certified = try CertifiedNetwork(network)
      let labels = try inputs.map { try certified.answer(to: $0).classIndex }
      let radii = [0, 3, 50, 400]
      let counts = try certified.certifiedAccuracy(
        inputs: inputs, labels: labels, balls: radii.map { InputBall(norm, radiusLSB: $0) }, linear: true)
      let box = try certified.certifiedAccuracy(inputs: inputs, labels: labels, radii: radii)
      for (ball, box) in zip(counts.radii, box.radii) {
        #expect(ball.rules[.box] ?? 0 == box.either && ball.local >= box.local)
        #expect(ball.global == ball.rules[.joint] ?? 0)
        #expect((ball.rules[.product] ?? 0) <= ball.either && (ball.rules[.firstLayer] ?? 0) <= ball.either)
      }
    }
    let numbers = try CertifiedNetwork(random.network(.plain).changed(task: .regression))
    #expect(throws: (any Error).self) {
      try numbers.certifiedAccuracy(inputs: [], labels: [], balls: [InputBall(.two, radiusLSB: 1)])
    }
  }
}
