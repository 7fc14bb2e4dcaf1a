import Integers
import Claims
import CSupNorm
import Certification
import Embedded
import TestSupport
import Testing

@Suite("Interval certificate")
struct IntervalCertificateTests {
  @Test(arguments: NetworkStyle.allCases)
  func `It proves exactly what the oracle proves, for all classes and radii from 0 to 65535`(
    style: NetworkStyle
  ) {
    var random = TestRandom("certificate \(style)")
    var proved = 0
    for _ in 0..<(style == .wide ? 12 : 80) {
      let network = random.network(style)
      let device = CNetwork(network)
      let oracle = Oracle(network)
      for _ in 0..<4 {
        let input = random.input(of: network)
        for radius in [0, 1, 2, random.integer(3...300), random.integer(301...65534), 65535] {
          for classIndex in 0..<network.outputs {
            let expected = oracle.isProved(input, as: classIndex, radius: radius)
            proved += expected ? 1 : 0
            #expect(
              device.certify(input, as: classIndex, radius: radius)
                == (expected ? SUPNORM_OK : SUPNORM_UNCERTIFIED),
              "\(network) at \(input) within \(radius); \(random)")
          }
        }
      }
    }
    #expect(proved > 0, "\(random)")
  }

  @Test(arguments: IntegerActivation.allCases)
  func `Every input of a small box keeps a certified class`(activation: IntegerActivation) {
    var random = TestRandom("box \(activation)")
    var counts = (certified: 0, refused: 0)
    for _ in 0..<400 {
      var network = random.network(.small, activation: activation)
      while network.inputs > 3 { network = random.network(.small, activation: activation) }
      let input = random.input(of: network)
      let radius = random.integer(0...3)
      random.balance(&network, at: input, radius: radius)
      let device = CNetwork(network)
      let oracle = Oracle(network)
      let best = Oracle.classIndex(oracle.logits(input))
      let isCertified = device.certify(input, as: best, radius: radius) == SUPNORM_OK
      let box = oracle.box(around: input, radius: radius).map { Int($0.lowerBound)...Int($0.upperBound) }
      var isConstant = true
      for point in Box(box) where isConstant {
        isConstant = Oracle.isStrictlyLargest(best, oracle.logits(point.map { Int16($0) }))
      }
      #expect(!isCertified || isConstant, "\(network) at \(input) within \(radius); \(random)")
      // On one layer the bounds are attained, so nothing that holds is refused.
      if network.layers.count == 1 { #expect(isCertified == isConstant, "\(network) at \(input); \(random)") }
      if isCertified { counts.certified += 1 } else { counts.refused += 1 }
    }
    #expect(counts.certified > 60 && counts.refused > 60, "\(counts); \(random)")
  }

  /// Logits x and `y`, inputs in -100…100.
  static func identity(_ biases: [Int32], activation: IntegerActivation? = nil) throws -> CNetwork {
    let identity = IntegerLayer(
      rows: 2, columns: 2, weights: [1, 0, 0, 1], biases: [0, 0], shift: 0,
      activation: activation ?? .identity,
      rowSumBound: 1, isSparse: false)
    var last = identity
    last = last.changed(activation: .identity)
    last.biases = biases
    return CNetwork(
      try IntegerNetwork(
        layers: activation == nil ? [last] : [identity, last], unit: 100, inputMinimum: -100,
        inputMaximum: 100))
  }

  @Test func `A tie within the box is not certified, whichever class has the lower index`() throws {
    let device = try Self.identity([0, 0])
    #expect(device.certify([11, 0], as: 0, radius: 5) == SUPNORM_OK)
    #expect(device.certify([10, 0], as: 0, radius: 5) == SUPNORM_UNCERTIFIED)
    #expect(device.certify([0, 11], as: 1, radius: 5) == SUPNORM_OK)
    #expect(device.certify([0, 10], as: 1, radius: 5) == SUPNORM_UNCERTIFIED)
    #expect(device.certify([4, 4], as: 0, radius: 0) == SUPNORM_UNCERTIFIED)
    #expect(device.certify([5, 4], as: 0, radius: 0) == SUPNORM_OK)
    #expect(device.certify([5, 4], as: 1, radius: 0) == SUPNORM_UNCERTIFIED)
  }

  @Test func `An input outside the declared range is never certified`() throws {
    let device = try Self.identity([1_000_000, 0])
    #expect(device.certify([100, -100], as: 0, radius: 65535) == SUPNORM_OK)
    #expect(device.certify([101, 0], as: 0, radius: 0) == SUPNORM_UNCERTIFIED)
    #expect(device.certify([0, -101], as: 0, radius: 0) == SUPNORM_UNCERTIFIED)
    #expect(device.certify([.min, .max], as: 0, radius: 65535) == SUPNORM_UNCERTIFIED)
  }

  @Test func `The box is cut to the declared range`() throws {
    // Within the range x ≥ -100 and y ≤ 100, so a head start of 201 decides for every radius and 200 does not.
    for radius in [200, 201, 65535] {
      #expect(try Self.identity([201, 0]).certify([0, 0], as: 0, radius: radius) == SUPNORM_OK)
      #expect(try Self.identity([200, 0]).certify([0, 0], as: 0, radius: radius) == SUPNORM_UNCERTIFIED)
    }
    #expect(try Self.identity([200, 0]).certify([0, 0], as: 0, radius: 99) == SUPNORM_OK)
  }

  @Test func `The ends of an interval do not change places through negate, and abs sees a zero inside`()
    throws
  {
    // negate: logits -x and -y; the interval of -x is [-(x + r), -(x - r)].
    let negate = try Self.identity([0, 0], activation: .negate)
    #expect(negate.certify([0, 11], as: 0, radius: 5) == SUPNORM_OK)
    #expect(negate.certify([0, 10], as: 0, radius: 5) == SUPNORM_UNCERTIFIED)
    // abs: |x| is at least 0 within 5 of 3, at least 1 within 2.
    let abs = try Self.identity([0, -1], activation: .abs)
    #expect(abs.certify([3, 0], as: 0, radius: 1) == SUPNORM_OK)
    #expect(abs.certify([3, 0], as: 0, radius: 2) == SUPNORM_UNCERTIFIED)
    #expect(try Self.identity([0, -6], activation: .abs).certify([3, 0], as: 0, radius: 5) == SUPNORM_OK)
    #expect(
      try Self.identity([0, -5], activation: .abs).certify([3, 0], as: 0, radius: 5) == SUPNORM_UNCERTIFIED)
  }

  @Test func `A network with one output certifies every input of the range at every radius`() {
    var random = TestRandom()
    for _ in 0..<50 {
      let network = random.network(.oneOutput)
      let device = CNetwork(network)
      let input = random.input(of: network)
      #expect(device.certify(input, as: 0, radius: 65535) == SUPNORM_OK, "\(random)")
      #expect(device.infer(input)?.radius == 65535, "\(random)")
    }
  }
}
