import Claims
import Integers
import CSupNorm
import Certification
import TestSupport
import Testing

@Suite("Flipped bits")
struct FlipTests {
  /// Networks of every style, some of them regressions, with input maps for some and tolerances.
  static func networks(_ random: inout TestRandom) throws -> [(name: String, network: CNetwork)] {
    let styles = NetworkStyle.allCases + Array(repeating: .maxPlus, count: 7) + [.hybrid, .residual]
    let examples = [
      ("halfwords", CNetwork(try MaxPlusTests.example(SUPNORM_HALFWORDS))),
      ("smooth", CNetwork(try ExampleNetworks.smooth())),
    ]
    return examples
      + styles.enumerated().map { index, style in
        var network = random.network(style)
        if index % 3 == 1 { network = network.changed(task: .regression) }
        let count = index % 4 == 0 ? 0 : index % 4 == 1 ? network.inputs : 1
        let features = (0..<count).map { feature in
          feature % 5 == 4
            ? supnorm_feature(origin: 0, multiplier: 0, addend: 0, shift: 0)
            : supnorm_feature(
              origin: Int32(random.integer(-1000...1000)), multiplier: Int32(random.integer(1...1 << 30)),
              addend: Int32(random.integer(0...1 << 20)), shift: Int32(random.integer(0...31)))
        }
        return (
          "\(style) \(network.task)", CNetwork(network, features: features, toleranceLSB: 100 * (index % 3))
        )
      }
  }

  @Test func `Every single flipped bit of all that certifies is caught, without a read outside any array`()
    throws
  {
    var random = TestRandom()
    var flips = 0
    for (name, network) in try Self.networks(&random) {
      for atEnd in [true, false] {
        let flippable = FlippableNetwork(network, atEnd: atEnd)
        #expect(flippable.selfCheck() == SUPNORM_OK, "\(name); \(random)")
        var missed: [String] = []
        flippable.forEachFlip { place in
          flips += 1
          if flippable.selfCheck() >= 0 { missed.append(place) }
        }
        #expect(missed.isEmpty, "\(name): \(missed.count) missed, first \(missed.first ?? ""); \(random)")
        #expect(flippable.selfCheck() == SUPNORM_OK)
      }
    }
    #expect(flips > 50_000)
    print("\(flips) flipped bits, all caught")
  }

  @Test func `The networks have every kind, layout and task`() throws {
    var random = TestRandom()
    var seen: Set<String> = []
    for (_, network) in try Self.networks(&random) {
      seen.insert("task \(unsafe network.network.pointee.task)")
      if unsafe network.network.pointee.residual_count > 0 { seen.insert("residual") }
      if unsafe network.network.pointee.tolerance_lsb > 0 { seen.insert("tolerance") }
      for index in unsafe 0..<Int(network.network.pointee.layer_count) {
        seen.insert("kind \(unsafe network.layers[index].kind) layout \(unsafe network.layers[index].layout)")
      }
    }
    let kinds = ["kind 0 layout 0", "kind 1 layout 0"] + (0...2).map { "kind 2 layout \($0)" }
    #expect(seen.isSuperset(of: kinds + ["task 0", "task 1", "residual", "tolerance"]), "\(seen); \(random)")
  }

  @Test func `A flipped bit of a golden vector is caught, or leaves a vector that is true as well`() throws {
    let network = try ExampleNetworks.mixed()
    let device = CNetwork(network)
    let certified = try CertifiedNetwork(network)
    let input: [Int16] = [1000, -2000, 3000]
    let answer = try certified.answer(to: input)
    let local = try certified.localRadius(of: input, as: answer.classIndex) ?? -1
    let golden = Golden(
      input: input, logits: answer.logits, classIndex: Int32(answer.classIndex),
      radius: UInt32(answer.globalRadiusLSB), localRadius: Int32(local))
    #expect(device.selfTest([golden]) == SUPNORM_OK)
    var flipped: [Golden] = []
    for bit in 0..<32 {
      for output in answer.logits.indices {
        var vector = golden
        vector.logits?[output] ^= 1 << Int32(bit)
        flipped.append(vector)
      }
      var vectors = [golden, golden, golden]
      vectors[0].classIndex ^= 1 << Int32(bit)
      vectors[1].radius ^= 1 << UInt32(bit)
      vectors[2].localRadius ^= 1 << Int32(bit)
      flipped += vectors
    }
    for vector in flipped { #expect(device.selfTest([vector]) == SUPNORM_ERROR_GOLDEN) }
    for place in input.indices {
      for bit in 0..<16 {
        var vector = golden
        vector.input?[place] ^= Int16(truncatingIfNeeded: 1 << bit)
        let other = vector.input ?? []
        let isTrue =
          try certified.answer(to: other) == answer
          && (try certified.localRadius(of: other, as: answer.classIndex) ?? -1) == local
        #expect(device.selfTest([vector]) == (isTrue ? SUPNORM_OK : SUPNORM_ERROR_GOLDEN))
      }
    }
  }
}
