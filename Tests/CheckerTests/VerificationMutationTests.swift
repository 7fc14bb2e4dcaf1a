import Integers
import Checker
import Claims
import Certification
import TestSupport
import Testing

@Suite("Checker: untrue claims")
struct VerificationMutationTests {
  /// Networks of every style that a checker reads in no time.
  static func valid(_ random: inout TestRandom) throws -> [ModelClaims] {
    var result: [ModelClaims] = []
    for network in random.networks(2, styles: NetworkStyle.allCases.filter { $0 != .wide }) {
      result.append(try random.claims(of: network))
    }
    return result
  }

  @Test func `Every single change of every kind is refused`() throws {
    var random = TestRandom()
    var count = 0
    for claims in try Self.valid(&random) {
      #expect(verification(of: claims).isValid, "\(random)")
      for mutation in Mutation.all(of: claims) {
        var changed = claims
        mutation.apply(&changed)
        #expect(changed != claims, "\(mutation.name) changes nothing; \(random)")
        #expect(!verification(of: changed).isValid, "\(mutation.name) of \(claims); \(random)")
        count += 1
      }
    }
    #expect(count > 3_000)
  }

  /// These numbers are no claims but part of what the claims speak of: a change is refused when it makes a derived
  /// number untrue.
  @Test func `A change of shift, activation, range or golden input is refused when it changes any answer`()
    throws
  {
    var random = TestRandom()
    var refused = 0
    for claims in try Self.valid(&random) {
      var mutations: [Mutation] = []
      for index in claims.layers.indices {
        for step in [1, -1]
        where claims.layers[index].kind != .maxPlus && (0...15).contains(claims.layers[index].shift + step) {
          mutations.append(.step("layer \(index) shift", \.layers[index].shift, step))
        }
        let isLast = index == claims.layers.count - 1
        let isMaxPlus = claims.layers[index].kind == .maxPlus
        for activation in isLast ? (isMaxPlus ? [.identity, .negate] : []) : IntegerActivation.allCases {
          mutations.append(
            Mutation(name: "layer \(index) \(activation)") { $0.layers[index].activation = activation })
        }
      }
      for step in [1, -1] {
        mutations.append(.step("minimum", \.inputMinimum, step))
        mutations.append(.step("maximum", \.inputMaximum, step))
        for index in claims.golden.indices {
          for column in 0..<min(claims.inputs, 8) {
            mutations.append(.step("golden \(index) input", \.golden[index].input[column], step))
          }
        }
      }
      for mutation in mutations {
        var changed = claims
        mutation.apply(&changed)
        let isAccepted = verification(of: changed).isValid
        if !isAccepted { refused += 1 }
        #expect(try isAccepted == Rederivation.holds(changed), "\(mutation.name) of \(claims); \(random)")
      }
    }
    #expect(refused > 500, "\(refused); \(random)")
  }
}

/// Whether claims of a well-formed network hold, derived once more by the exporter's parts and the oracle.
enum Rederivation {
  static func holds(_ claims: ModelClaims) throws -> Bool {
    guard (-32768...32767).contains(claims.inputMinimum), (-32768...32767).contains(claims.inputMaximum),
      claims.inputMinimum <= claims.inputMaximum,
      claims.golden.allSatisfy({ $0.input.allSatisfy { (-32768...32767).contains($0) } }),
      claims.layers.allSatisfy({ $0.kind == .maxPlus || $0.rows.contains { !$0.isEmpty } })
    else { return false }
    // The proof by layer; each row is proved by the initializer.
    for layer in claims.layers where layer.kind != .maxPlus {
      let largest = layer.biases.map { abs($0) }.max() ?? 0
      if 32768 * layer.rowSumBound + largest + (1 << layer.shift) / 2 > Int(Int32.max) { return false }
    }
    guard let network = try? claims.network() else { return false }
    let certified = try CertifiedNetwork(
      network, features: claims.features, toleranceLSB: claims.toleranceLSB)
    let bounds = certified.bounds.map { BoundClaims(slope: Int($0.slope), offset: Int($0.offset)) }
    guard bounds == claims.bounds, Int(certified.crc32) == claims.crc32,
      Int(certified.headCRC32) == claims.headCRC32,
      certified.scratchBytes == claims.scratchBytes, certified.inferScratchBytes == claims.inferScratchBytes
    else { return false }
    for golden in claims.golden {
      let input = golden.input.map { Int16($0) }
      let answer = try certified.answer(to: input)
      guard golden.logits == Oracle(network).logits(input).map({ Int($0) }),
        golden.classIndex == answer.classIndex, golden.radiusLSB == answer.globalRadiusLSB,
        golden.localRadiusLSB
          == (network.task == .regression
            ? -1 : try certified.localRadius(of: input, as: answer.classIndex) ?? -1)
      else { return false }
    }
    for statement in claims.monotoneInputs {
      let isIncreasing = statement.direction == 1
      let classIndex = statement.classIndex == -1 ? nil : statement.classIndex
      guard
        network.isMonotone(
          MonotoneInput(input: statement.input, isIncreasing: isIncreasing, classIndex: classIndex))
      else { return false }
    }
    return true
  }
}
