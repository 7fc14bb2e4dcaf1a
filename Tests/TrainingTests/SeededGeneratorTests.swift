import Testing
import Training

@Suite("Seeded generator")
struct SeededGeneratorTests {
  @Test func `matches the reference implementation of xoshiro256**`() {
    // State 1, 2, 3, 4: the test vector of the Rust crate rand_xoshiro, made with the authors' C code.
    var generator = SeededGenerator(state: (1, 2, 3, 4))
    let expected: [UInt64] = [11520, 0, 1_509_978_240, 1_215_971_899_390_074_240]
    #expect(expected.indices.map { _ in generator.next() } == expected)
  }

  @Test func `starts from SplitMix64, as the authors recommend`() {
    // The first outputs of SplitMix64 at seed 0, from its authors' C code.
    var generator = SeededGenerator(seed: 0)
    var reference = SeededGenerator(
      state: (0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F, 0xF88B_B8A8_724C_81EC))
    for _ in 0..<100 { #expect(generator.next() == reference.next()) }
  }

  @Test func `draws every index equally often`() {
    var generator = SeededGenerator(seed: 7)
    var counts = Array(repeating: 0, count: 6)
    for _ in 0..<60_000 { counts[generator.index(below: 6)] += 1 }
    // Five standard deviations of a binomial count are 456.
    for count in counts { #expect(abs(count - 10_000) < 456) }
  }

  @Test func `shuffles into every order equally often`() {
    var generator = SeededGenerator(seed: 11)
    var counts: [[Int]: Int] = [:]
    for _ in 0..<60_000 {
      var order = [0, 1, 2]
      generator.shuffle(&order)
      counts[order, default: 0] += 1
    }
    #expect(counts.count == 6)
    for count in counts.values { #expect(abs(count - 10_000) < 456) }
  }

  @Test func `draws normal values with the right moments`() {
    var generator = SeededGenerator(seed: 3)
    let draws = (0..<200_000).map { _ in generator.normal() }
    func moment(_ power: Int) -> Double {
      draws.reduce(0) { sum, draw in sum + (0..<power).reduce(1.0) { product, _ in product * draw } }
        / 200_000
    }
    // Five standard errors: √(1, 2, 15, 96) / √200000 each.
    #expect(abs(moment(1)) < 0.0112)
    #expect(abs(moment(2) - 1) < 0.0159)
    #expect(abs(moment(3)) < 0.0434)
    #expect(abs(moment(4) - 3) < 0.11)
  }
}
