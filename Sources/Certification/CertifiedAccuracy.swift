internal import Integers
internal import Claims
internal import Embedded

/// What is certified at one radius, as counts of samples whose class is also right.
public struct CertifiedCounts: Equatable, Sendable {
  /// The radius that was asked for, in LSB.
  public var radiusLSB: Int
  /// Certified by the margin deviations `M_jk(radius)`.
  public var global: Int
  /// Certified by interval bounds.
  public var local: Int
  /// Certified by either.
  public var either: Int
  /// Certified by linear bounds, on the host, which prove whatever intervals prove; nil when they were not asked.
  public var linear: Int?
  /// In ℓ1 and ℓ2, certified by each rule alone: margins, and of the box intervals and linear bounds, too.
  public var rules: [BallRule: Int] = [:]

  /// Creates counts.
  public init(radiusLSB: Int, global: Int, local: Int, either: Int, linear: Int? = nil) {
    self.radiusLSB = radiusLSB
    self.global = global
    self.local = local
    self.either = either
    self.linear = linear
  }
}

/// Accuracy of a network on a set of samples; counts, so that nothing is rounded.
public struct AccuracyCounts: Equatable, Sendable {
  /// All samples.
  public var samples: Int
  /// Samples whose class is right.
  public var clean: Int
  /// One for each radius, in the order asked for.
  public var radii: [CertifiedCounts]

  /// Creates counts.
  public init(samples: Int, clean: Int, radii: [CertifiedCounts]) {
    self.samples = samples
    self.clean = clean
    self.radii = radii
  }
}

extension CertifiedNetwork {
  /// Counts right and certified answers over a set of samples, on all cores.
  ///
  /// - Parameters:
  ///   - inputs: samples as the device sees them.
  ///   - labels: the right class of each.
  ///   - radii: radii in LSB.
  ///   - linear: whether to count what linear bounds prove, too; much slower where intervals prove little.
  ///   - progress: called with the number of finished samples, from any thread.
  /// - Throws: `NetworkError.otherTask` for a regression, which has no classes.
  /// - Complexity: O(samples · radii · weights).
  public func certifiedAccuracy(
    inputs: [[Int16]], labels: [Int], radii: [Int], linear: Bool = false,
    progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws -> AccuracyCounts {
    try certifiedAccuracy(
      inputs: inputs, labels: labels, balls: radii.map { InputBall(.infinity, radiusLSB: $0) },
      linear: linear,
      progress: progress)
  }

  /// The same in balls, all of one norm.
  public func certifiedAccuracy(
    inputs: [[Int16]], labels: [Int], balls: [InputBall], linear: Bool = false,
    progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws -> AccuracyCounts {
    precondition(inputs.count == labels.count)
    let certificates = try certificates(in: balls)
    let none = balls.map { ball in
      CertifiedCounts(
        radiusLSB: ball.radius.ceiling(limit: .max), global: 0, local: 0, either: 0, linear: linear ? 0 : nil)
    }
    return try parallelSum(
      of: inputs.count, chunk: 64, from: AccuracyCounts(samples: inputs.count, clean: 0, radii: none),
      progress: progress, adding: +
    ) { range in
      try self.counts(inputs: inputs[range], labels: labels[range], none: none, certificates)
    }.sum
  }

  private func counts(
    inputs: ArraySlice<[Int16]>, labels: ArraySlice<Int>, none: [CertifiedCounts],
    _ certificates: [BallCertificates]
  ) throws -> AccuracyCounts {
    var counts = AccuracyCounts(samples: 0, clean: 0, radii: none)
    for (input, label) in zip(inputs, labels) {
      let answer = try answer(to: input)
      guard answer.classIndex == label else { continue }
      counts.clean += 1
      for index in none.indices {
        let (certificates, reach) = (certificates[index], certificates[index].ball.reach)
        let isGlobal = certificates.isCertified(answer)
        let isLocal = try isLocallyCertified(input, as: label, certificates)
        counts.radii[index].global += isGlobal ? 1 : 0
        counts.radii[index].local += isLocal ? 1 : 0
        counts.radii[index].either += isGlobal || isLocal ? 1 : 0
        if let linear = counts.radii[index].linear {
          let isLinear = try isLocal || isCertifiedByLinearBounds(input, as: label, within: reach)
          counts.radii[index].linear = linear + (isLinear ? 1 : 0)
        }
        guard certificates.ball.norm != .infinity else { continue }
        for rule in BallRule.allCases {
          let isProved =
            try certificates.isCertified(answer, by: rule)
            || rule == .box && isCertified(input, as: label, within: reach)
          counts.radii[index].rules[rule, default: 0] += isProved ? 1 : 0
        }
      }
    }
    return counts
  }
}

extension CertifiedNetwork {
  /// What follows from balls, all of one norm, whose layers' norms are proved once.
  ///
  /// - Throws: `NetworkError.otherTask` for a regression.
  package func certificates(in balls: [InputBall]) throws -> [BallCertificates] {
    guard network.task == .classification else { throw NetworkError.otherTask }
    guard let norm = balls.first?.norm else { return [] }
    let product = norm == .infinity ? nil : NormProduct(network, norm)
    return balls.map { BallCertificates(network, $0, product: product) }
  }

  /// Whether interval bounds prove a class: the device's own in ℓ∞, in the other norms the host's.
  func isLocallyCertified(
    _ input: [Int16], as classIndex: Int, _ certificates: BallCertificates
  ) throws -> Bool {
    if certificates.ball.norm == .infinity {
      return try isCertified(input, as: classIndex, within: certificates.ball.reach)
    }
    return isCertified(input, as: classIndex, by: certificates)
  }
}

extension Answer {
  /// Whether every margin exceeds `M_jk(d)`, strictly, so that the answer is certified within d.
  func isCertified(byMarginDeviations deviations: [[Int]]) -> Bool {
    logits.indices.allSatisfy { other in
      other == classIndex
        || Int(logits[classIndex]) - Int(logits[other]) > deviations[classIndex][other]
    }
  }
}

extension AccuracyCounts {
  fileprivate static func + (first: AccuracyCounts, second: AccuracyCounts) -> AccuracyCounts {
    var sum = first
    sum.clean += second.clean
    for index in sum.radii.indices {
      sum.radii[index].global += second.radii[index].global
      sum.radii[index].local += second.radii[index].local
      sum.radii[index].either += second.radii[index].either
      sum.radii[index].rules.merge(second.radii[index].rules, uniquingKeysWith: +)
      sum.radii[index].linear = first.radii[index].linear.flatMap { linear in
        second.radii[index].linear.map { linear + $0 }
      }
    }
    return sum
  }
}
