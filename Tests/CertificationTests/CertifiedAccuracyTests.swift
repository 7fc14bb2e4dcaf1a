import Integers
import Certification
import Synchronization
import TestSupport
import Testing

@Suite("Certified accuracy")
struct CertifiedAccuracyTests {
  struct Samples {
    var inputs: [[Int16]]
    var labels: [Int]
  }

  /// Samples with mostly right labels; some lie outside the declared range.
  static func samples(
    _ network: CertifiedNetwork, _ count: Int, _ random: inout TestRandom
  ) throws -> Samples {
    let inputs = (0..<count).map { _ in
      random.oneIn(4) ? random.input(count: network.network.inputs) : random.input(of: network.network)
    }
    let labels = try inputs.map { input in
      let answer = try network.answer(to: input).classIndex
      return random.oneIn(4) ? random.integer(0...network.network.outputs - 1) : answer
    }
    return Samples(inputs: inputs, labels: labels)
  }

  /// What is counted, as plain numbers.
  struct Counts: Equatable {
    var samples: Int
    var clean = 0
    /// For each radius: the radius, global, local, either.
    var radii: [[Int]]

    init(samples: Int, radii: [Int]) {
      self.samples = samples
      self.radii = radii.map { [$0, 0, 0, 0] }
    }

    init(_ counts: AccuracyCounts) {
      samples = counts.samples
      clean = counts.clean
      radii = counts.radii.map { [$0.radiusLSB, $0.global, $0.local, $0.either] }
    }
  }

  /// One sample after the other, with the oracle's logits and bounds.
  static func counted(_ network: IntegerNetwork, _ samples: Samples, _ radii: [Int]) -> Counts {
    let oracle = Oracle(network)
    var counts = Counts(samples: samples.inputs.count, radii: radii)
    for (input, label) in zip(samples.inputs, samples.labels) {
      let logits = oracle.logits(input)
      guard Oracle.classIndex(logits) == label else { continue }
      counts.clean += 1
      for index in radii.indices {
        let bounds = DeviationTests.margins(network, min(radii[index], 65535))
        var isGlobal = true
        for other in logits.indices where other != label {
          if logits[label] - logits[other] <= bounds[label][other] { isGlobal = false }
        }
        let isLocal = oracle.isProved(input, as: label, radius: min(radii[index], 65535))
        counts.radii[index][1] += isGlobal ? 1 : 0
        counts.radii[index][2] += isLocal ? 1 : 0
        counts.radii[index][3] += isGlobal || isLocal ? 1 : 0
      }
    }
    return counts
  }

  @Test func `It counts what a plain loop counts, on many chunks and threads, again and again`() throws {
    var random = TestRandom()
    let radii = [0, 1, 30, 700, 9_000, 65535, 100_000]
    var certified = 0
    for style in [NetworkStyle.plain, .tight, .ties, .small, .deep, .expansive, .oneLayer] {
      let network = try CertifiedNetwork(random.network(style))
      let samples = try Self.samples(network, 333, &random)
      let expected = Self.counted(network.network, samples, radii)
      certified += expected.radii[1][3]
      for _ in 0..<3 {
        let counts = try network.certifiedAccuracy(
          inputs: samples.inputs, labels: samples.labels, radii: radii)
        #expect(Counts(counts) == expected, "\(network.network); \(random)")
      }
    }
    #expect(certified > 300, "\(random)")
  }

  @Test(arguments: [0, 1, 63, 64, 65, 200])
  func `Progress ends at the number of samples, and every sample counts once`(count: Int) throws {
    var random = TestRandom("progress \(count)")
    let network = try CertifiedNetwork(random.network(.plain))
    let samples = try Self.samples(network, count, &random)
    let largest = Mutex(0)
    let counts = try network.certifiedAccuracy(
      inputs: samples.inputs, labels: samples.labels, radii: [5]
    ) { finished in largest.withLock { $0 = max($0, finished) } }
    #expect(largest.withLock { $0 } == count)
    #expect(Counts(counts) == Self.counted(network.network, samples, [5]), "\(random)")
  }

  @Test func `A sample of the wrong size is an error and not a count`() throws {
    var random = TestRandom()
    let network = try CertifiedNetwork(random.network(.plain))
    var samples = try Self.samples(network, 130, &random)
    samples.inputs[100].append(0)
    #expect(throws: (any Error).self) {
      try network.certifiedAccuracy(inputs: samples.inputs, labels: samples.labels, radii: [1])
    }
  }
}
