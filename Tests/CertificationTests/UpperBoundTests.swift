import Claims
import Integers
import Certification
import TestSupport
import Testing

@Suite("Upper bounds")
struct UpperBoundTests {
  /// A natural number of any size, in digits of 32 bits, the least significant first.
  struct Natural {
    var digits: [UInt64]

    init(_ value: UInt64) { digits = [value & 0xFFFF_FFFF, value >> 32] }

    func times(_ factor: UInt64) -> Natural {
      let parts = [factor & 0xFFFF_FFFF, factor >> 32]
      var result = Natural(0)
      result.digits = Array(repeating: 0, count: digits.count + 3)
      for (place, part) in parts.enumerated() {
        var carry: UInt64 = 0
        for index in 0..<digits.count + 1 {
          let digit = index < digits.count ? digits[index] : 0
          let sum = result.digits[index + place] + digit * part + carry
          result.digits[index + place] = sum & 0xFFFF_FFFF
          carry = sum >> 32
        }
        result.digits[digits.count + 1 + place] += carry
      }
      return result
    }

    func isAtMost(_ other: Natural) -> Bool {
      for index in (0..<max(digits.count, other.digits.count)).reversed() {
        let pair = (
          index < digits.count ? digits[index] : 0, index < other.digits.count ? other.digits[index] : 0
        )
        if pair.0 != pair.1 { return pair.0 < pair.1 }
      }
      return true
    }
  }

  @Test func `Products are exact while they fit and the least bound of 64 bits beyond`() {
    var random = TestRandom()
    var inexact = 0
    for _ in 0..<5_000 {
      let factors = (0..<random.integer(1...8)).map { _ in
        max(random.next() >> UInt64(random.integer(0...63)), 1)
      }
      var product = Natural(1)
      var bound = UpperBound(numerator: 1, shift: 0)
      for factor in factors {
        product = product.times(factor)
        bound = bound.multiplied(by: UpperBound(numerator: factor, shift: 0))
      }
      var claimed = Natural(bound.significand)
      // What the roundings may have added, one unit of the last place each, twice because they carry on.
      var loose = Natural(bound.significand - min(bound.significand, UInt64(2 * factors.count)))
      #expect(bound.exponent >= 0)
      for _ in 0..<bound.exponent { (claimed, loose) = (claimed.times(2), loose.times(2)) }
      #expect(product.isAtMost(claimed), "\(factors); \(random)")
      #expect(loose.isAtMost(product), "\(factors); \(random)")
      #expect(bound.isExact == claimed.isAtMost(product), "\(factors); \(random)")
      if !bound.isExact { inexact += 1 }
    }
    #expect(inexact > 1_000, "\(random)")
  }

  @Test func `Fractions keep their shift`() {
    let product = UpperBound(numerator: 97, shift: 15).multiplied(by: UpperBound(numerator: 3, shift: 4))
    #expect(product.description == "291/2^19")
    #expect(product.isExact)
    #expect(product.roundedUp == 291.0 / 524_288)
    #expect(UpperBound(numerator: 0, shift: 3).roundedUp == 0)
  }

  @Test func `As a Double it is the least one that is not below`() {
    var random = TestRandom()
    for _ in 0..<20_000 {
      let significand = random.next() >> UInt64(random.integer(0...63))
      let shift = random.integer(0...200)
      let value = UpperBound(numerator: significand, shift: shift).roundedUp
      // Scaling by a power of two is exact here, and so is every Double below 2^64 as a 128-bit integer.
      let whole = value * Double(sign: .plus, exponent: shift, significand: 1)
      #expect(UInt128(whole) >= UInt128(significand), "\(significand); \(random)")
      if significand > 0 {
        #expect(UInt128(whole.nextDown) < UInt128(significand), "\(significand); \(random)")
      }
    }
    #expect(UpperBound(numerator: .max, shift: 0).roundedUp == 0x1p64)
    #expect(UpperBound(numerator: (1 << 53) + 1, shift: 0).roundedUp == 0x1p53 + 2)
  }

  /// 80 layers at shift 15 and a gain of one each: the exponent alone is below the range of Double.
  @Test func `Many layers do not underflow to a bound of zero`() {
    var bound = UpperBound(numerator: 1, shift: 0)
    for _ in 0..<80 { bound = bound.multiplied(by: UpperBound(numerator: 32768, shift: 15)) }
    #expect(bound.roundedUp >= 1)
    var tiny = UpperBound(numerator: 1, shift: 0)
    for _ in 0..<80 { tiny = tiny.multiplied(by: UpperBound(numerator: 1, shift: 15)) }
    #expect(tiny.roundedUp == .leastNonzeroMagnitude)
    // 2^-1080 · (2^64 - 1), in several layers' significands: normal again, although 2^-1080 is not.
    var normal = UpperBound(numerator: .max, shift: 0)
    for _ in 0..<72 { normal = normal.multiplied(by: UpperBound(numerator: 1, shift: 15)) }
    #expect(normal.roundedUp == 0x1p-1016)
  }

  @Test func `The network's bound is the product of its gains, and margins obey it`() {
    var random = TestRandom()
    for network in random.networks(10, styles: NetworkStyle.allCases.filter { $0 != .residual }) {
      var product = UpperBound(numerator: 1, shift: 0)
      for layer in network.layers {
        #expect(layer.gain == UpperBound(numerator: UInt64(layer.rowSums.max() ?? 0), shift: layer.shift))
        product = product.multiplied(by: layer.gain)
        if let table = layer.activation.table {
          product = product.multiplied(by: UpperBound(numerator: UInt64(table.gain), shift: table.shift))
        }
      }
      #expect(network.lipschitzBound == product, "\(random)")
    }
  }

  @Test func `Residual inputs add their weight to the product of the gains`() {
    var random = TestRandom()
    for network in random.networks(40, styles: [.residual]) {
      let last = network.layers[network.layers.count - 1]
      let hidden = last.columns - network.residualInputs.count
      func largest(_ columns: Range<Int>) -> Double {
        (0..<last.rows).map { row in
          columns.reduce(0.0) { $0 + abs(Double(last.weights[row * last.columns + $1])) }
        }.max() ?? 0
      }
      let gains = network.layers.dropLast().reduce(1.0) { product, layer in
        let table = layer.activation.table
        return product * layer.gain.roundedUp * (table.map { Double($0.gain) / Double(1 << $0.shift) } ?? 1)
      }
      let expected = (gains * largest(0..<hidden) + largest(hidden..<last.columns)) / Double(1 << last.shift)
      let bound = network.lipschitzBound
      #expect(abs(bound.roundedUp - expected) <= 1e-9 * expected, "\(network); \(random)")
      #expect(bound.isExact)
    }
  }

  @Test func `A sum is exact where it fits and never less where it does not`() {
    var random = TestRandom()
    for _ in 0..<20_000 {
      let numbers = (0..<2).map { _ in
        UpperBound(numerator: random.next() >> UInt64(random.integer(0...63)), shift: random.integer(0...70))
      }
      let sum = numbers[0].adding(numbers[1])
      // 2^-200 is below every unit here, and 256 bits of significand are more than these need.
      let exact = numbers.map { $0.roundedUp }.reduce(0, +)
      #expect(sum.roundedUp >= exact * (1 - 1e-15) && sum.roundedUp <= exact * (1 + 1e-15), "\(numbers)")
      #expect(sum == numbers[1].adding(numbers[0]), "\(numbers); \(random)")
    }
    let half = UpperBound(numerator: 1, shift: 1)
    #expect(half.adding(half).roundedUp == 1)
    let sum = UpperBound(numerator: .max, shift: 0).adding(UpperBound(numerator: 1, shift: 200))
    #expect(!sum.isExact && sum.roundedUp >= 0x1p64)
  }
}
