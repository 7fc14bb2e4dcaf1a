import Checker
import Claims
import Certification
import TestSupport
import Testing

/// What the checker says of input maps, which it looks at in exact arithmetic.
@Suite("Input maps in exact arithmetic")
struct InputMapProblemTests {
  private static let wide = -32768...32767

  /// One LSB a reading, as `16 / 2^4`; 8 is the rounding term.
  private static let identity = FeatureClaims(
    offset: 0, scale: 1, origin: 0, multiplier: 16, addend: 8, shift: 4, tolerance: 1)

  /// Whether a map is taken after a change.
  private static func isTaken(
    _ feature: FeatureClaims = identity, unit: Int = 1, range: ClosedRange<Int> = wide,
    _ change: (inout FeatureClaims) -> Void = { _ in }
  ) -> Bool {
    var feature = feature
    change(&feature)
    return inputMapProblem(of: feature, unit: unit, range: range) == nil
  }

  /// The greatest `t` with `t · factor ≤ bound`: fused, so that the sign is that of the exact number.
  private static func greatest(_ factor: Double, _ bound: Double = 1) -> Double {
    var value = bound / factor
    while (-bound).addingProduct(value, factor) > 0 { value = value.nextDown }
    while (-bound).addingProduct(value.nextUp, factor) <= 0 { value = value.nextUp }
    return value
  }

  @Test func `Half an LSB is taken, and one step of the addend more is not`() {
    for addend in -3...20 { #expect(Self.isTaken { $0.addend = addend } == (0...16).contains(addend)) }
    // Without a shift the addend counts whole LSB.
    let whole = FeatureClaims(
      offset: 0, scale: 1, origin: 0, multiplier: 1, addend: 0, shift: 0, tolerance: 1)
    for addend in -1...1 { #expect(Self.isTaken(whole) { $0.addend = addend } == (addend == 0)) }
    // The origin lies half a reading above the center: 4 · 1/2 = 2, and 1 for the rounding.
    let between = FeatureClaims(
      offset: 0.5, scale: 2, origin: 1, multiplier: 4, addend: 3, shift: 1, tolerance: 0.5)
    for addend in 0...6 { #expect(Self.isTaken(between) { $0.addend = addend } == (2...4).contains(addend)) }
  }

  @Test func `A slope that is off is taken as far as it stays within half an LSB`() {
    var steep = Self.identity
    steep.multiplier = 17
    steep.tolerance = Self.greatest(17, 16)
    // 17/16 - 1 = 1/16 a reading: 8 readings on either side.
    #expect(Self.isTaken(steep, range: -8...8))
    #expect(!Self.isTaken(steep, range: -8...9) && !Self.isTaken(steep, range: -9...8))
    for addend in [7, 9] { #expect(!Self.isTaken(steep, range: -8...8) { $0.addend = addend }) }
    #expect(Self.isTaken(steep, range: -7...8) { $0.addend = 7 })
    var flat = Self.identity
    flat.multiplier = 15
    #expect(Self.isTaken(flat, range: -8...8) && !Self.isTaken(flat, range: -8...9))
  }

  @Test func `The least number there is decides`() {
    let least = Double.leastNonzeroMagnitude
    for (offset, addend, isTaken) in [
      (least, 8, true), (0, 16, true), (least, 16, false), (-least, 16, true), (0, 0, true), (least, 0, true),
      (-least, 0, false),
    ] {
      let words = "offset \(offset), addend \(addend)"
      #expect(
        Self.isTaken {
          $0.offset = offset
          $0.addend = addend
        } == isTaken, "\(words)")
      // Readings of 10^-15, one LSB each.
      #expect(
        Self.isTaken {
          $0 = FeatureClaims(
            offset: offset, scale: 1e15, exponent: 15, origin: 0, multiplier: 16, addend: addend, shift: 4,
            tolerance: Self.greatest(1e15))
        } == isTaken, "\(words), 10^15")
    }
    // Readings of 2^30, and a center half a reading above the origin: one place more is more than half an LSB.
    let coarse = FeatureClaims(
      offset: 0x1p29, scale: 0x1p-30, base: 2, exponent: -30, origin: 0, multiplier: 1, addend: 0, shift: 0,
      tolerance: 0x1p30)
    #expect(Self.isTaken(coarse) && Self.isTaken(coarse) { $0.offset = $0.offset.nextDown })
    #expect(!Self.isTaken(coarse) { $0.offset = $0.offset.nextUp })
    #expect(Self.isTaken(coarse) { ($0.offset, $0.origin) = (0x1p29.nextUp, 1) })
  }

  @Test func `Maps at the ends of what Double holds are looked at exactly`() {
    for (scale, unit) in [
      (1e-308, 1), (.leastNormalMagnitude, 32768), (5e303, 32768), (1e308, 1), (1.0 / 3, 32767),
      (.greatestFiniteMagnitude, 1),
    ] {
      for offset in [0, Double.leastNonzeroMagnitude, -Double.greatestFiniteMagnitude] {
        let each = Self.greatest(scale * Double(unit))
        // The product is exact, or the claim would be about another slope.
        guard (-(scale * Double(unit))).addingProduct(scale, Double(unit)) == 0 else { continue }
        var feature = FeatureClaims(hostOnlyOffset: offset, scale: scale, tolerance: each)
        #expect(Self.isTaken(feature, unit: unit), "\(scale) \(unit)")
        #expect(!Self.isTaken(feature, unit: unit) { $0.tolerance = each.nextUp }, "\(scale) \(unit)")
        #expect(!Self.isTaken(feature, unit: unit) { $0.tolerance = each * 0.999 })
        // No readings of 32 bits reach there.
        (feature.base, feature.multiplier, feature.shift) = (10, 1, 31)
        if scale < 1 / 0x1p50 || offset < -1e300 { #expect(!Self.isTaken(feature, unit: unit)) }
      }
    }
    // One LSB would be beyond all numbers, or below.
    for scale in [Double.leastNonzeroMagnitude, 1e305, 0, -1, .infinity, -.infinity, .nan] {
      for tolerance in [1, .greatestFiniteMagnitude, .leastNonzeroMagnitude, .infinity] {
        #expect(
          !Self.isTaken(FeatureClaims(hostOnlyOffset: 0, scale: scale, tolerance: tolerance), unit: 32768))
      }
    }
    for offset in [Double.nan, .infinity, -.infinity] { #expect(!Self.isTaken { $0.offset = offset }) }
    for tolerance in [Double.nan, .infinity, 0, -1, 1.0.nextUp, 0.999] {
      #expect(!Self.isTaken { $0.tolerance = tolerance })
    }
  }

  @Test func `Numbers that no device could hold, and units that are none, are refused`() {
    let changes: [(inout FeatureClaims) -> Void] = [
      { $0.shift = 32 }, { $0.shift = -1 }, { $0.shift = .max }, { $0.shift = .min }, { $0.multiplier = 0 },
      { $0.multiplier = -16 }, { $0.multiplier = 1 << 31 }, { $0.multiplier = .max },
      { $0.multiplier = .min }, { $0.addend = 1 << 31 }, { $0.addend = .min }, { $0.addend = .max },
      { $0.origin = 1 << 31 }, { $0.origin = .min }, { $0.origin = .max }, { $0.base = 1 },
      { $0.base = .max },
      { $0.base = .min }, { $0.exponent = 16 }, { $0.exponent = -10 }, { $0.exponent = .min },
      { $0.exponent = .max }, { $0.base = 2 },
      { ($0.base, $0.exponent) = (2, 61) }, { ($0.base, $0.exponent) = (2, -31) }, { $0.base = 0 },
    ]
    #expect(Self.isTaken())
    for (index, change) in changes.enumerated() {
      #expect(!Self.isTaken(Self.identity, change), "change \(index)")
    }
    // A feature without readings has no number of an integer map.
    let host = FeatureClaims(hostOnlyOffset: 0, scale: 1, tolerance: 1)
    #expect(Self.isTaken(host))
    let paths: [WritableKeyPath<FeatureClaims, Int>] = [
      \.exponent, \.origin, \.multiplier, \.addend, \.shift,
    ]
    for path in paths { #expect(!Self.isTaken(host) { $0[keyPath: path] = 1 }) }
  }

  /// Maps whose numbers are fractions of powers of two, so that 128 bits hold both sides of the inequality.
  @Test func `The verdict on random maps is that of 128-bit integers`() {
    var random = TestRandom()
    var (taken, refused) = (0, 0)
    for _ in 0..<4000 {
      let (places, offsetPlaces) = (random.integer(0...20), random.integer(0...8))
      let (steepness, center) = (random.integer(1...1 << 20), random.integer(-(1 << 20)...1 << 20))
      let (unit, exponent) = (random.integer(1...32768), random.integer(0...3))
      let readings = [1, 10, 100, 1000][exponent]
      let shift = random.integer(0...24)
      let slope = Double(steepness * unit) / Double(1 << places)
      let each = slope * Double(1 << shift) / Double(readings)
      guard each >= 1, each < 0x1p31 else { continue }
      let multiplier = Int(each.rounded())
      let offset = Double(center) / Double(1 << offsetPlaces)
      let origin = Int((offset * Double(readings)).rounded())
      let half = shift > 0 ? 1 << (shift - 1) : 0
      let rest = (offset * Double(readings) - Double(origin)) * Double(multiplier)
      let limit = max(half, 1)
      let moved = [0, limit, -limit, limit + 1, -limit - 1, random.integer(-limit...limit)][
        random.integer(0...5)]
      let addend = half - Int(rest.rounded()) + moved
      guard addend.magnitude < 1 << 31 else { continue }
      let width = 1 << random.integer(1...15)
      let range = -width...width - 1
      let tolerance = min(1 / slope, Double(1 << shift) / Double(multiplier) / Double(readings))
      let feature = FeatureClaims(
        offset: offset, scale: Double(steepness) / Double(1 << places), exponent: exponent, origin: origin,
        multiplier: multiplier, addend: addend, shift: shift,
        tolerance: tolerance.nextDown.nextDown.nextDown)
      // All times 2^(places + offsetPlaces): below 2^10 · 2^56 · 2^31.
      let scale = Int128(steepness * unit) << Int128(offsetPlaces)
      let isWithin = [range.lowerBound, range.upperBound].allSatisfy { end in
        let start =
          Int128(readings)
          * (Int128(center) * Int128(steepness * unit) + Int128(end) << Int128(places + offsetPlaces))
        let product = (start - Int128(origin) * scale) * Int128(multiplier)
        let difference = product + (Int128(addend - half) - Int128(end) << Int128(shift)) * scale
        return 2 * difference.magnitude <= (scale << Int128(shift)).magnitude
      }
      #expect(Self.isTaken(feature, unit: unit, range: range) == isWithin, "\(feature) \(range); \(random)")
      if isWithin { taken += 1 } else { refused += 1 }
    }
    #expect(taken > 300 && refused > 300, "\(taken) taken, \(refused) refused; \(random)")
  }
}
