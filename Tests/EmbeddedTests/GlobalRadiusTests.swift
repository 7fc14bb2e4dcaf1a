import CSupNorm
import Embedded
import TestSupport
import Testing

@Suite("Class and global radius")
struct GlobalRadiusTests {
  /// The radius by its definition: the largest d with `margin > slope·d + offset` for all others, tried by
  /// bisection in 64 bits; 0 when there is none.
  static func definition(_ logits: [Int32], _ best: Int, _ pairs: [supnorm_bound]) -> Int {
    func holds(_ deviation: Int) -> Bool {
      var index = 0
      for low in logits.indices {
        for high in logits.indices where high > low {
          if low == best || high == best {
            let margin = Int(logits[best]) - Int(logits[low + high - best])
            if margin <= Int(pairs[index].slope) * deviation + Int(pairs[index].offset) { return false }
          }
          index += 1
        }
      }
      return true
    }
    guard holds(0) else { return 0 }
    var (proved, refused) = (0, 65536)
    while refused - proved > 1 {
      let middle = (proved + refused) / 2
      if holds(middle) { proved = middle } else { refused = middle }
    }
    return proved
  }

  static func radius(_ logits: [Int32], _ best: Int, _ pairs: [supnorm_bound]) -> Int {
    Int(globalRadius(logits: logits.span, classIndex: best, pairs: pairs.span))
  }

  static func pair(_ slope: UInt32, _ offset: UInt32) -> supnorm_bound {
    supnorm_bound(slope: slope, offset: offset)
  }

  @Test func `Ties go to the lowest index`() {
    #expect(largestIndex(([7] as [Int32]).span) == 0)
    #expect(largestIndex(([5, 5, 5] as [Int32]).span) == 0)
    #expect(largestIndex(([4, 5, 5] as [Int32]).span) == 1)
    #expect(largestIndex(([.min, .min] as [Int32]).span) == 0)
    #expect(largestIndex(([.min, .max, .max] as [Int32]).span) == 1)
    #expect(largestIndex(([-3, -1, -2] as [Int32]).span) == 1)
    #expect(largestIndex(([0, 1, 2] as [Int32]).span) == 2)
  }

  @Test func `Pairs stand in the order (0,1) (0,2) … (1,2) …, in either direction`() {
    for outputs in 1...40 {
      var expected = 0
      for low in 0..<outputs {
        for high in low + 1..<max(outputs, low + 1) {
          #expect(pairIndex(low, high, outputs: outputs) == expected)
          #expect(pairIndex(high, low, outputs: outputs) == expected)
          expected += 1
        }
      }
      #expect(expected == outputs * (outputs - 1) / 2)
    }
    #expect(pairIndex(65533, 65534, outputs: 65535) == 65535 * 65534 / 2 - 1)
  }

  @Test func `The margin must exceed the deviation strictly`() {
    // At d = 10 the deviation is 100, so a margin of 100 leaves a tie possible and 101 does not.
    #expect(Self.radius([100, 0], 0, [Self.pair(10, 0)]) == 9)
    #expect(Self.radius([101, 0], 0, [Self.pair(10, 0)]) == 10)
    #expect(Self.radius([0, 101], 1, [Self.pair(10, 0)]) == 10)
    #expect(Self.radius([100, 0], 0, [Self.pair(10, 1)]) == 9)
    #expect(Self.radius([102, 0], 0, [Self.pair(10, 1)]) == 10)
    #expect(Self.radius([101, 0], 0, [Self.pair(10, 1)]) == 9)
  }

  @Test func `Ties, offsets that reach the margin, and slope 0`() {
    #expect(Self.radius([5, 5], 0, [Self.pair(1, 0)]) == 0)
    #expect(Self.radius([5, 5], 0, [Self.pair(0, 0)]) == 0)
    #expect(Self.radius([9, 5], 0, [Self.pair(1, 4)]) == 0)
    #expect(Self.radius([9, 5], 0, [Self.pair(1, 5)]) == 0)
    #expect(Self.radius([9, 5], 0, [Self.pair(0, 3)]) == 65535)
    #expect(Self.radius([9, 5], 0, [Self.pair(0, 4)]) == 0)
    #expect(Self.radius([9, 5], 0, [Self.pair(4, 3)]) == 0)
    #expect(Self.radius([9], 0, []) == 65535)
    // The worst of the others counts.
    #expect(Self.radius([0, 90, 50], 1, [Self.pair(1, 0), Self.pair(9, 9), Self.pair(3, 0)]) == 13)
  }

  @Test func `Margins of up to 2^32 - 1 and bounds of up to 2^32 - 1 do not wrap`() {
    let ends: [Int32] = [.max, .min]
    #expect(Self.radius(ends, 0, [Self.pair(0, 0)]) == 65535)
    #expect(Self.radius(ends, 0, [Self.pair(1, 0)]) == 65535)
    #expect(Self.radius(ends, 0, [Self.pair(65537, 0)]) == 65534)
    #expect(Self.radius(ends, 0, [Self.pair(65536, 0)]) == 65535)
    #expect(Self.radius(ends, 0, [Self.pair(.max, 0)]) == 0)
    #expect(Self.radius(ends, 0, [Self.pair(0, .max)]) == 0)
    #expect(Self.radius(ends, 0, [Self.pair(0, .max - 1)]) == 65535)
    #expect(Self.radius(ends, 0, [Self.pair(1, .max - 2)]) == 1)
    #expect(Self.radius(ends, 0, [Self.pair(.max, .max)]) == 0)
    #expect(Self.radius([.min, .min], 0, [Self.pair(0, 0)]) == 0)
  }

  @Test func `Random tables give the largest radius of the definition`() {
    var random = TestRandom()
    for _ in 0..<30_000 {
      let outputs = random.integer(1...5)
      let scale = random.integer(0...31)
      let logits = (0..<outputs).map { _ in
        random.oneIn(16)
          ? random.element(of: [.min, .max]) : Int32(random.integer(-(1 << scale)...(1 << scale) - 1))
      }
      let best = Oracle.classIndex(logits.map { Int64($0) })
      let pairs = (0..<outputs * (outputs - 1) / 2).map { _ in
        let slope = random.oneIn(8) ? 0 : random.integer(0...(1 << random.integer(0...32)) - 1)
        let offset = random.oneIn(2) ? 0 : random.integer(0...(1 << random.integer(0...32)) - 1)
        return Self.pair(UInt32(slope), UInt32(offset))
      }
      #expect(
        Self.radius(logits, best, pairs) == Self.definition(logits, best, pairs),
        "\(logits) \(pairs); \(random)")
    }
  }
}
