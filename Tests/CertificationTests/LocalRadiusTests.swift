import Integers
import Certification
import TestSupport
import Testing

@Suite("Local radius")
struct LocalRadiusTests {
  @Test func `It is certified at the radius, at none beyond, and certification is monotone`() throws {
    var random = TestRandom()
    var counts = (none: 0, some: 0, all: 0)
    for network in random.networks(10) {
      let certified = try CertifiedNetwork(network)
      let oracle = Oracle(network)
      for _ in 0..<3 {
        let input = random.oneIn(5) ? random.input(count: network.inputs) : random.input(of: network)
        let best = try certified.answer(to: input).classIndex
        let local = try certified.localRadius(of: input, as: best)
        switch local {
        case nil: counts.none += 1
        case 65535?: counts.all += 1
        default: counts.some += 1
        }
        // The oracle: certified up to the radius, refused beyond, never the other way round.
        let radius = local ?? -1
        let tried = [0, 1, radius - 1, radius, radius + 1, radius + 2, random.integer(0...65535), 65535]
        for other in tried where (0...65535).contains(other) {
          #expect(
            oracle.isProved(input, as: best, radius: other) == (other <= radius),
            "\(network) at \(input): radius \(radius), tried \(other); \(random)")
        }
        #expect(try certified.isCertified(input, as: best, within: max(radius, 0)) == (radius >= 0))
      }
    }
    #expect(counts.none > 20 && counts.some > 100 && counts.all > 20, "\(counts); \(random)")
  }

  @Test func `A class that is not the answer has no local radius`() throws {
    var random = TestRandom()
    for network in random.networks(4) where network.outputs > 1 {
      let certified = try CertifiedNetwork(network)
      let input = random.input(of: network)
      let best = try certified.answer(to: input).classIndex
      for other in 0..<network.outputs where other != best {
        #expect(try certified.localRadius(of: input, as: other) == nil, "\(random)")
      }
    }
  }

  @Test func `The certified radius is the better of the two`() throws {
    var random = TestRandom()
    var better = (global: 0, local: 0)
    for network in random.networks(8) {
      let certified = try CertifiedNetwork(network)
      let input = random.input(of: network)
      let answer = try certified.answer(to: input)
      let local = try certified.localRadius(of: input, as: answer.classIndex) ?? 0
      if answer.globalRadiusLSB > local { better.global += 1 }
      if answer.globalRadiusLSB < local { better.local += 1 }
      #expect(try certified.certifiedRadius(of: input) == max(local, answer.globalRadiusLSB), "\(random)")
    }
    #expect(better.local > 20, "\(better); \(random)")
  }
}
