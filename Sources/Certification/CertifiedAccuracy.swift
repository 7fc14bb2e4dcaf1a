internal import Dispatch
internal import Synchronization

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

  /// Creates counts.
  public init(radiusLSB: Int, global: Int, local: Int, either: Int) {
    self.radiusLSB = radiusLSB
    self.global = global
    self.local = local
    self.either = either
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
  ///   - progress: called with the number of finished samples, from any thread.
  /// - Complexity: O(samples · radii · weights).
  public func certifiedAccuracy(
    inputs: [[Int16]], labels: [Int], radii: [Int], progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws -> AccuracyCounts {
    precondition(inputs.count == labels.count)
    let deviations = radii.map { network.marginDeviations(within: $0) }
    let chunk = 64
    let chunks = (inputs.count + chunk - 1) / chunk
    let total = Mutex<Result<AccuracyCounts, any Error>>(
      .success(
        AccuracyCounts(
          samples: inputs.count, clean: 0,
          radii: radii.map { CertifiedCounts(radiusLSB: $0, global: 0, local: 0, either: 0) })))
    let finished = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: chunks) { index in
      let range = index * chunk..<min((index + 1) * chunk, inputs.count)
      let part = Result {
        try self.counts(inputs: inputs[range], labels: labels[range], radii: radii, deviations: deviations)
      }
      total.withLock { total in
        total = total.flatMap { sum in part.map { sum + $0 } }
      }
      progress(finished.add(range.count, ordering: .relaxed).newValue)
    }
    return try total.withLock { $0 }.get()
  }

  private func counts(
    inputs: ArraySlice<[Int16]>, labels: ArraySlice<Int>, radii: [Int], deviations: [[[Int]]]
  ) throws -> AccuracyCounts {
    var counts = AccuracyCounts(
      samples: 0, clean: 0,
      radii: radii.map { CertifiedCounts(radiusLSB: $0, global: 0, local: 0, either: 0) })
    for (input, label) in zip(inputs, labels) {
      let answer = try answer(to: input)
      guard answer.classIndex == label else { continue }
      counts.clean += 1
      for (index, radius) in radii.enumerated() {
        let isGlobal = answer.isCertified(byMarginDeviations: deviations[index])
        let isLocal = try isCertified(input, as: label, within: min(radius, 65535))
        counts.radii[index].global += isGlobal ? 1 : 0
        counts.radii[index].local += isLocal ? 1 : 0
        counts.radii[index].either += isGlobal || isLocal ? 1 : 0
      }
    }
    return counts
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
    }
    return sum
  }
}
