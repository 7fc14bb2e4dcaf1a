import Integers
import Foundation
import TestSupport
import Testing
import Certification

/// Every kind of attack in ℓ1 and ℓ2 at exactly the radius of each certificate; `Tools/soak` makes more attempts.
@Suite("Certificates in l1 and l2 under attack")
struct BallSoakTests {
  enum Certificate: CaseIterable { case box, firstLayer, product, joint, intervals }

  static let attempts = AttackSoakTests.attempts / 4

  @Test(arguments: [BallNorm.one, .two], Certificate.allCases)
  func `Nothing within a certified ball changes the answer`(norm: BallNorm, certificate: Certificate) throws {
    var random = TestRandom("ball soak \(norm) \(certificate)")
    var done = (attempts: 0, inputs: 0)
    var beyond = (tried: 0, fell: 0)
    while done.attempts < Self.attempts {
      for style in NetworkStyle.allCases where ![.oneOutput, .wide].contains(style) {
        let (network, input) = AttackerTests.target(style, &random)
        guard network.outputs > 1 else { continue }
        let target = try BallTarget(network, norm, certificate)
        let answer = try target.certified.answer(to: input)
        guard let radius = target.radius(of: input, answer), radius.reach > 0 else { continue }
        done.inputs += 1
        // Intervals speak of the declared range, the others of all inputs.
        let range =
          certificate == .intervals ? network.inputMinimum...network.inputMaximum : -32768...32767
        for kind in AttackKind.allCases {
          let attacker = Attacker(target.certified, Self.options(kind, norm, &random))
          let found = try attacker.counterExample(to: input, as: answer.classIndex, in: radius, range: range)
          #expect(found == nil, "\(network) at \(input) within \(radius) by \(certificate); \(random)")
          done.attempts += attacker.attempts
          guard kind == .pgd else { continue }
          beyond.tried += 1
          let further = InputBall(norm, radius: radius.radius.adding(UpperBound(2)))
          let fell = try attacker.counterExample(to: input, as: answer.classIndex, in: further, range: range)
          beyond.fell += fell == nil ? 0 : 1
        }
      }
    }
    print(
      "ball soak \(norm) \(certificate): \(done), \(beyond.fell) of \(beyond.tried) fell 2 LSB beyond; \(random)"
    )
    // The attacks are strong enough to matter.
    #expect(beyond.fell * 100 > beyond.tried, "\(beyond); \(random)")
  }

  private static func options(_ kind: AttackKind, _ norm: BallNorm, _ random: inout TestRandom)
    -> AttackOptions
  {
    let seed = random.next()
    return switch kind {
    case .fgsm: AttackOptions(kind, norm: norm, restarts: 20, seed: seed)
    case .pgd: AttackOptions(kind, norm: norm, steps: 10, restarts: 8, seed: seed)
    case .noise: AttackOptions(kind, norm: norm, restarts: 50, seed: seed)
    case .corner: AttackOptions(kind, norm: norm, steps: 30, restarts: 5, seed: seed)
    }
  }
}

/// A network under attack and what one certificate says of it.
private struct BallTarget {
  let certified: CertifiedNetwork
  private let certificate: BallSoakTests.Certificate
  private let product: NormProduct

  init(_ network: IntegerNetwork, _ norm: BallNorm, _ certificate: BallSoakTests.Certificate) throws {
    certified = try CertifiedNetwork(network)
    product = NormProduct(network, norm)
    self.certificate = certificate
  }

  /// The largest certified ball, its radius a multiple of 1/16 LSB; nil where not even the input itself is certified.
  func radius(of input: [Int16], _ answer: Answer) -> InputBall? {
    guard isCertified(input, answer, sixteenths: 0) else { return nil }
    var (proved, refused) = (0, 16 * 65536)
    while refused - proved > 1 {
      let middle = (proved + refused) / 2
      if isCertified(input, answer, sixteenths: middle) { proved = middle } else { refused = middle }
    }
    return Self.ball(product.norm, proved)
  }

  private static func ball(_ norm: BallNorm, _ sixteenths: Int) -> InputBall {
    InputBall(norm, radius: UpperBound(sixteenths).shifted(down: 4))
  }

  private func isCertified(_ input: [Int16], _ answer: Answer, sixteenths: Int) -> Bool {
    let certificates = BallCertificates(
      certified.network, Self.ball(product.norm, sixteenths), product: product)
    return switch certificate {
    case .box: certificates.isCertified(answer, by: .box)
    case .firstLayer: certificates.isCertified(answer, by: .firstLayer)
    case .product: certificates.isCertified(answer, by: .product)
    case .joint: certificates.isCertified(answer, by: .joint)
    case .intervals: certified.isCertified(input, as: answer.classIndex, by: certificates)
    }
  }
}
