import Claims
import Integers
import Certification
import Synchronization
import TestSupport
import Testing

@Suite("Accuracy under attack")
struct AttackedAccuracyTests {
  /// One sample after the other, each with an attacker of its own.
  static func counted(
    _ network: CertifiedNetwork, _ samples: CertifiedAccuracyTests.Samples, _ radii: [Int],
    _ options: AttackOptions
  ) throws -> AttackCounts {
    var counts = AttackCounts(withstood: radii.map { _ in 0 })
    let range = network.network.inputMinimum...network.network.inputMaximum
    for (sample, input) in samples.inputs.enumerated() {
      let label = samples.labels[sample]
      guard Oracle.classIndex(Oracle(network.network).logits(input)) == label else { continue }
      let attacker = Attacker(network, options)
      var isChanged = false
      for (index, radius) in radii.enumerated() where !isChanged {
        let found = try attacker.counterExample(
          to: input, as: label, within: min(radius, 65535), range: range,
          part: sample * radii.count + index)
        isChanged = found?.changesClass == true
        if !isChanged { counts.withstood[index] += 1 }
      }
      counts.attempts += attacker.attempts
    }
    return counts
  }

  @Test(arguments: AttackKind.allCases)
  func `It counts what a plain loop counts, on all threads, and never below what is certified`(
    kind: AttackKind
  ) throws {
    var random = TestRandom("attacked accuracy \(kind)")
    let radii = [0, 3, 40, 700, 9_000, 100_000]
    var fell = 0
    for style in [NetworkStyle.plain, .tight, .small, .deep, .ties, .expansive] {
      let network = try CertifiedNetwork(random.network(style))
      let samples = try CertifiedAccuracyTests.samples(network, 75, &random)
      let options = AttackOptions(
        kind, steps: 5, restarts: kind == .noise ? 20 : 3, seed: UInt64(random.integer(0...99)))
      let expected = try Self.counted(network, samples, radii, options)
      let certified = try network.certifiedAccuracy(
        inputs: samples.inputs, labels: samples.labels, radii: radii)
      for _ in 0..<2 {
        let counts = try #require(
          try network.attackedAccuracy(
            inputs: samples.inputs, labels: samples.labels, radii: radii, options: options))
        #expect(counts == expected, "\(network.network); \(random)")
        for (withstood, radius) in zip(counts.withstood, certified.radii) {
          #expect(withstood >= radius.either && withstood <= certified.clean, "\(random)")
        }
        fell += certified.clean - counts.withstood[5]
      }
      // The order of the radii changes neither counts nor certificates.
      let reversed = try network.attackedAccuracy(
        inputs: samples.inputs, labels: samples.labels, radii: radii.reversed(), options: options)
      let withstood = try #require(reversed?.withstood)
      #expect(withstood == withstood.sorted(), "\(random)")
    }
    #expect(fell > 50, "\(random)")
  }

  /// A network whose table claims that nothing moves the logits at all.
  private static func falselyCertified(_ network: IntegerNetwork) throws -> CertifiedNetwork {
    let bounds = network.pairTable().map { _ in ChangeBound(slope: 0, offset: 0) }
    return try CertifiedNetwork(network, unproved: bounds)
  }

  @Test func `A false table is disproved, by sample and radius, and a true one is not`() throws {
    var random = TestRandom()
    var disproved = 0
    for style in [NetworkStyle.plain, .tight, .deep, .oneLayer] {
      let network = random.network(style)
      let samples = try CertifiedAccuracyTests.samples(CertifiedNetwork(network), 80, &random)
      for radius in [50, 4000] {
        let options = AttackOptions(.pgd, steps: 10, restarts: 3)
        let counts = { (network: CertifiedNetwork) in
          try network.attackedAccuracy(
            inputs: samples.inputs, labels: samples.labels, radii: [radius], options: options)
        }
        #expect(try counts(CertifiedNetwork(network))?.violations.isEmpty == true, "\(random)")
        let found = try #require(try counts(Self.falselyCertified(network)))
        disproved += found.violations.count
        #expect(found.violations.map(\.sample) == found.violations.map(\.sample).sorted())
        for violation in found.violations {
          #expect(violation.radiusLSB == radius && violation.isGlobal && !violation.isLocal)
          #expect(violation.input == samples.inputs[violation.sample])
          #expect(violation.answer.classIndex == samples.labels[violation.sample])
          #expect(violation.counterExample.distanceLSB <= radius)
          let logits = Oracle(network).logits(violation.counterExample.point)
          #expect(!Oracle.isStrictlyLargest(violation.answer.classIndex, logits), "\(random)")
        }
      }
    }
    #expect(disproved > 25, "\(random)")
  }

  @Test func `A tie disproves a certificate and changes no answer`() throws {
    let network = try Self.falselyCertified(
      IntegerNetwork(
        layers: [
          IntegerLayer(
            rows: 2, columns: 1, weights: [1, 0], biases: [0, 0], shift: 0, activation: .identity,
            rowSumBound: 1, isSparse: false)
        ], unit: 1, inputMinimum: 0, inputMaximum: 100))
    let counts = try network.attackedAccuracy(
      inputs: [[90], [10]], labels: [0, 0], radii: [10, 9], options: AttackOptions(.corner))
    #expect(counts?.withstood == [2, 2])
    #expect(counts?.violations.count == 1)
    #expect(counts?.violations.first?.sample == 1)
    #expect(counts?.violations.first?.radiusLSB == 10)
    #expect(counts?.violations.first?.counterExample.changesClass == false)
  }

  @Test func `A request to stop ends it without a result, and progress reaches the end without one`() throws {
    var random = TestRandom()
    let network = try CertifiedNetwork(random.network(.plain))
    let samples = try CertifiedAccuracyTests.samples(network, 100, &random)
    let finished = Mutex(0)
    let options = AttackOptions(.fgsm)
    let stopped = try network.attackedAccuracy(
      inputs: samples.inputs, labels: samples.labels, radii: [5], options: options,
      progress: { done in finished.withLock { $0 = max($0, done) } },
      shouldStop: { finished.withLock { $0 >= 20 } })
    #expect(stopped == nil)
    #expect(finished.withLock { $0 < 100 })
    let counts = try network.attackedAccuracy(
      inputs: samples.inputs, labels: samples.labels, radii: [5], options: options,
      progress: { done in finished.withLock { $0 = max($0, done) } })
    #expect(counts != nil && finished.withLock { $0 } == 100)
  }

  @Test func `A sample of the wrong size is an error`() throws {
    var random = TestRandom()
    let network = try CertifiedNetwork(random.network(.plain))
    var samples = try CertifiedAccuracyTests.samples(network, 30, &random)
    samples.inputs[20].append(0)
    #expect(throws: (any Error).self) {
      try network.attackedAccuracy(
        inputs: samples.inputs, labels: samples.labels, radii: [1], options: AttackOptions(.noise))
    }
  }
}
