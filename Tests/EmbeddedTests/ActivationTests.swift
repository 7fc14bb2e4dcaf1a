import Integers
import Claims
import CSupNorm
import Certification
import Embedded
import TestSupport
import Testing

@Suite("Activations")
struct ActivationTests {
  /// The kernel's result.
  static func activated(_ values: [Int16], by activation: IntegerActivation) -> [Int16] {
    var result = values
    activation.apply(to: &result)
    return result
  }

  /// The kernel's bounds.
  static func activated(
    lower: [Int16], upper: [Int16], by activation: IntegerActivation
  ) -> (lower: [Int16], upper: [Int16]) {
    var (least, greatest) = (lower, upper)
    guard let bound = unsafe supnorm_activation_of(UInt8(activation.constant))?.pointee.bound else {
      return (activated(lower, by: activation), activated(upper, by: activation))
    }
    unsafe bound(&least, &greatest, UInt32(lower.count))
    return (least, greatest)
  }

  /// Extremes, zero and its neighbors, and a coarse grid between them.
  static let grid: [Int16] =
    [.min, .min + 1, -16385, -2, -1, 0, 1, 2, 16383, .max - 1, .max]
    + stride(from: -32000, through: 32000, by: 2_000).map { Int16($0) }

  @Test(arguments: IntegerActivation.allCases)
  func `Every Int16 value gives what the oracle gives`(activation: IntegerActivation) {
    let values = Array(Int16.min...Int16.max)
    let expected = Oracle.activated(values.map { Int64($0) }, by: activation)
    if activation == .sort {  // O(n²): in pieces
      for start in stride(from: 0, to: values.count, by: 256) {
        let piece = Array(values[start..<start + 256].reversed())
        #expect(Self.activated(piece, by: .sort) == piece.sorted())
      }
    } else {
      #expect(Self.activated(values, by: activation).map { Int64($0) } == expected)
    }
  }

  @Test func `The extremes saturate instead of wrapping`() {
    #expect(Self.activated([.min, .min + 1, -1, 0, .max], by: .abs) == [.max, .max, 1, 0, .max])
    #expect(Self.activated([.min, .min + 1, -1, 0, .max], by: .negate) == [.max, .max, 1, 0, .min + 1])
    #expect(Self.activated([.min, -1, 0, .max], by: .relu) == [0, 0, 0, .max])
    #expect(Self.activated([1, 2, 2, 1, 3], by: .maxMin) == [2, 1, 2, 1, 3])
    #expect(Self.activated([3, -1, 2], by: .sort) == [-1, 2, 3])
  }

  @Test func `ReLU of every count to 20 writes its values and no other`() {
    for count in 0...20 {
      for shift in Self.grid.indices {
        let memory = (0..<count + 8).map { Self.grid[($0 + shift) % Self.grid.count] }
        var result = memory
        var layer = unsafe supnorm_layer()
        unsafe result.withUnsafeMutableBufferPointer { buffer in
          if let start = buffer.baseAddress { unsafe supnorm_relu(start + 4, UInt32(count), &layer) }
        }
        let expected = memory.indices.map { (4..<4 + count).contains($0) ? max(memory[$0], 0) : memory[$0] }
        #expect(result == expected, "\(count) values")
      }
    }
  }

  @Test(arguments: IntegerActivation.allCases)
  func `All pairs of a grid equal the oracle and are nonexpansive against every other value of the grid`(
    activation: IntegerActivation
  ) {
    for first in Self.grid {
      for second in Self.grid {
        let output = Self.activated([first, second], by: activation)
        #expect(
          output.map { Int64($0) } == Oracle.activated([Int64(first), Int64(second)], by: activation))
        for other in Self.grid {
          let moved = Self.activated([other, second], by: activation)
          let distance = zip(output, moved).map { abs(Int($0) - Int($1)) }.max() ?? 0
          #expect(distance <= abs(Int(first) - Int(other)))
        }
      }
    }
  }

  @Test(arguments: IntegerActivation.allCases)
  func `Random vectors of every length equal the oracle and are nonexpansive`(activation: IntegerActivation) {
    var random = TestRandom()
    for round in 0..<20_000 {
      let values = random.input(count: round % 18)
      let others = values.map { Int16(clamping: Int($0) + random.integer(-300...300)) }
      let output = Self.activated(values, by: activation)
      let moved = Self.activated(others, by: activation)
      #expect(
        output.map { Int64($0) } == Oracle.activated(values.map { Int64($0) }, by: activation), "\(random)")
      let before = zip(values, others).map { abs(Int($0) - Int($1)) }.max() ?? 0
      let after = zip(output, moved).map { abs(Int($0) - Int($1)) }.max() ?? 0
      #expect(after <= before, "\(values) and \(others); \(random)")
    }
  }

  /// Intervals between all pairs of extremes and values near zero, every value in them tried.
  @Test(arguments: [IntegerActivation.identity, .relu, .abs, .negate])
  func `The interval of one value is exactly what its values attain`(activation: IntegerActivation) {
    let ends: [Int] = [-32768, -32767, -300, -2, -1, 0, 1, 2, 299, 32766, 32767]
    let outputs = Self.activated(Array(Int16.min...Int16.max), by: activation)
    for lower in ends {
      for upper in ends where upper >= lower {
        let attained = outputs[(lower + 32768)...(upper + 32768)]
        let bounds = Self.activated(lower: [Int16(lower)], upper: [Int16(upper)], by: activation)
        #expect(bounds.lower == [attained.min() ?? 0], "\(lower)…\(upper)")
        #expect(bounds.upper == [attained.max() ?? 0], "\(lower)…\(upper)")
      }
    }
  }

  @Test(arguments: IntegerActivation.allCases)
  func `The intervals of small boxes are exactly what their points attain`(activation: IntegerActivation) {
    var random = TestRandom()
    for _ in 0..<600 {
      let anchor = random.element(of: [-32768, -3, 0, 32764])
      let ranges = (0..<random.integer(1...4)).map { _ in
        let lower = anchor + random.integer(0...3)
        return lower...min(lower + random.integer(0...3), 32767)
      }
      let points = Box(ranges).map { point in
        Self.activated(point.map { Int16($0) }, by: activation)
      }
      let bounds = Self.activated(
        lower: ranges.map { Int16($0.lowerBound) }, upper: ranges.map { Int16($0.upperBound) }, by: activation
      )
      for index in ranges.indices {
        let attained = points.map { $0[index] }
        #expect(bounds.lower[index] == attained.min(), "\(ranges); \(random)")
        #expect(bounds.upper[index] == attained.max(), "\(ranges); \(random)")
      }
    }
  }
}
