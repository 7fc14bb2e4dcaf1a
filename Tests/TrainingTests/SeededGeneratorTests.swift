import Testing
import Training

@Suite("Seeded generator")
struct SeededGeneratorTests {
  @Test func `matches the reference implementation of xoshiro256**`() {
    // From the reference C code, state 1, 2, 3, 4 (also the test vector of the Rust crate rand_xoshiro).
    var generator = SeededGenerator(state: (1, 2, 3, 4))
    let expected: [UInt64] = [11520, 0, 1_509_978_240, 1_215_971_899_390_074_240]
    #expect(expected.indices.map { _ in generator.next() } == expected)
  }
}
