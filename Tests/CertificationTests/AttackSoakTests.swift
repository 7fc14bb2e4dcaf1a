import Integers
import Certification
import Foundation
import TestSupport
import Testing

/// Every kind of attack at exactly the certified radius of random networks with extreme rows, 10^5 attempts each;
/// `Tools/soak` makes 10^7 and more.
@Suite("Certificates under attack")
struct AttackSoakTests {
  enum Certificate: CaseIterable { case global, local, either }

  static let attempts =
    ProcessInfo.processInfo.environment["SUPNORM_SOAK_ATTEMPTS"].flatMap { Int($0) } ?? 100_000

  @Test(arguments: AttackKind.allCases, Certificate.allCases)
  func `Nothing within a certified radius changes the answer`(
    kind: AttackKind, certificate: Certificate
  ) throws {
    try soak(kind, certificate, NetworkStyle.allCases.filter { $0 != .oneOutput })
  }

  @Test(arguments: AttackKind.allCases, [[NetworkStyle.maxPlus], [.hybrid]])
  func `Nor through max-plus layers alone`(kind: AttackKind, styles: [NetworkStyle]) throws {
    try soak(kind, .either, styles)
  }

  private func soak(_ kind: AttackKind, _ certificate: Certificate, _ styles: [NetworkStyle]) throws {
    var random = TestRandom("soak \(kind) \(certificate)")
    var done = (attempts: 0, networks: 0, inputs: 0, violations: 0)
    var beyond = (tried: 0, fell: 0)
    while done.attempts < Self.attempts {
      for style in styles {
        let (target, center) = try Self.target(style, &random)
        done.networks += 1
        let attacker = Attacker(target.certified, Self.options(kind, &random))
        for index in 0..<6 {
          let input = index == 0 ? center : Self.neighbor(of: center, target.network, &random)
          let answer = try target.certified.answer(to: input)
          let radius = try target.radius(certificate, of: input, answer)
          guard radius > 0 else { continue }
          done.inputs += 1
          // The global certificate speaks of all inputs, the local one of those within the range.
          let range = certificate == .global ? -32768...32767 : target.range
          let before = attacker.attempts
          let found = try attacker.counterExample(
            to: input, as: answer.classIndex, within: radius, range: range, part: done.inputs)
          done.attempts += attacker.attempts - before
          done.violations += found == nil ? 0 : 1
          #expect(found == nil, "\(target.network) at \(input) within \(radius); \(random)")
          guard index == 0, radius < 65535 else { continue }
          beyond.tried += 1
          let further = try attacker.counterExample(
            to: input, as: answer.classIndex, within: radius + 1, range: range, part: done.inputs)
          beyond.fell += further == nil ? 0 : 1
        }
      }
    }
    print(
      "soak \(kind), certificate \(certificate), \(styles.count) styles: \(done.attempts) attempts, \(done.networks) networks,",
      "\(done.inputs) inputs, \(done.violations) violations;",
      "\(beyond.fell) of \(beyond.tried) fell one LSB beyond; \(random)")
    // The attacks are strong enough to matter.
    #expect(beyond.fell * 100 > beyond.tried, "\(beyond); \(random)")
  }

  /// A network of a style, mostly balanced at an input so that little decides there, and that input.
  private static func target(
    _ style: NetworkStyle, _ random: inout TestRandom
  ) throws -> (SoakTarget, [Int16]) {
    var network = random.network(style)
    if random.oneIn(4), let residual = random.residualNetwork(style) { network = residual }
    let input = random.input(of: network)
    if !random.oneIn(4) {
      random.balance(&network, at: input, radius: random.element(of: [1, 2, 10, 100, 1000]))
    }
    return (try SoakTarget(network), input)
  }

  private static func options(_ kind: AttackKind, _ random: inout TestRandom) -> AttackOptions {
    let norm: BallNorm = random.oneIn(8) ? .two : .infinity
    let seed = random.next()
    return switch kind {
    case .fgsm: AttackOptions(kind, norm: norm, restarts: 40, seed: seed)
    case .pgd:
      AttackOptions(kind, norm: norm, steps: random.element(of: [5, 10, 30]), restarts: 8, seed: seed)
    case .noise: AttackOptions(kind, norm: norm, restarts: 150, seed: seed)
    case .corner: AttackOptions(kind, norm: norm, steps: 30, restarts: 5, seed: seed)
    }
  }

  /// An input in the declared range, not far from another.
  private static func neighbor(
    of input: [Int16], _ network: IntegerNetwork, _ random: inout TestRandom
  ) -> [Int16] {
    let reach = random.element(of: [1, 30, 1000, 65535])
    return input.map { value in
      let moved = Int(value) + random.integer(-reach...reach)
      return Int16(min(max(moved, network.inputMinimum), network.inputMaximum))
    }
  }
}

/// A network under attack and its certified radii.
private struct SoakTarget {
  let certified: CertifiedNetwork

  init(_ network: IntegerNetwork) throws { certified = try CertifiedNetwork(network) }

  var network: IntegerNetwork { certified.network }

  var range: ClosedRange<Int> { network.inputMinimum...network.inputMaximum }

  /// Global is what the device computes from its table; either is the best that any certificate proves, the exact
  /// margin deviations included.
  func radius(
    _ certificate: AttackSoakTests.Certificate, of input: [Int16], _ answer: Answer
  ) throws -> Int {
    let local = try certified.localRadius(of: input, as: answer.classIndex) ?? 0
    return switch certificate {
    case .global: answer.globalRadiusLSB
    case .local: local
    case .either: max(local, deviationRadius(answer))
    }
  }

  /// The largest d with `logit_c - logit_j > M_cj(d)` for all other j, 0 when there is none.
  private func deviationRadius(_ answer: Answer) -> Int {
    var proved = 0
    var refused = 65536
    while refused - proved > 1 {
      let middle = (proved + refused) / 2
      let bounds = network.marginDeviations(within: middle)[answer.classIndex]
      let isProved = answer.logits.indices.allSatisfy {
        $0 == answer.classIndex
          || Int(answer.logits[answer.classIndex]) - Int(answer.logits[$0]) > bounds[$0]
      }
      if isProved { proved = middle } else { refused = middle }
    }
    return proved
  }
}
