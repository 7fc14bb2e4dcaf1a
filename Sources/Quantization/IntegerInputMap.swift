internal import Checker
public import Claims
internal import Certification
public import Training

// How the real map `q = (value - offset) · scale · unit` of a feature becomes integers. Of its readings r, u of them for
// each unit of the value, the real map is `(r - center) · slope` with `slope = scale · unit / u`, `center = u · offset`.
// The integer map is `((r - origin) · multiplier + addend) >> shift`: origin is the center to the nearest, multiplier the
// slope times 2^shift, and the addend holds the rounding term and what was rounded off the center.

extension InputMap {
  /// The map as a header states it, feature by feature.
  ///
  /// The checker proves every integer map in exact arithmetic before it is returned: over the declared range it lies,
  /// before rounding, within half an LSB of the real one.
  /// - Throws: `noIntegerMap` for a feature with readings for which there is none.
  /// - Complexity: O(features).
  public func featureClaims() throws(QuantizationError) -> [FeatureClaims] {
    var claims: [FeatureClaims] = []
    for index in offsets.indices {
      guard let unit = readings[index] else {
        let tolerance = (1 / (scales[index] * Double(self.unit))).nextDown.nextDown
        claims.append(
          FeatureClaims(hostOnlyOffset: offsets[index], scale: scales[index], tolerance: tolerance))
        continue
      }
      guard let map = integerMap(ofFeature: index, readings: unit) else {
        throw .noIntegerMap(feature: index, readings: unit)
      }
      claims.append(map)
    }
    return claims
  }

  /// The map without the readings that have no integer map: those features are left to hosts.
  ///
  /// - Complexity: O(features).
  public var withoutImpossibleReadings: InputMap {
    var map = self
    for (index, unit) in readings.enumerated() {
      if let unit, integerMap(ofFeature: index, readings: unit) == nil { map.readings[index] = nil }
    }
    return map
  }

  /// The exact map with the least shift, or the finest one.
  private func integerMap(ofFeature index: Int, readings unit: ReadingUnit) -> FeatureClaims? {
    let slope = scales[index] * Double(self.unit) / unit.readingsPerUnit
    let center = unit.scaled(offsets[index])
    guard center.magnitude <= 0x1p31, slope > 0, slope.isFinite else { return nil }
    let origin = center.rounded()
    let rest = center - origin
    var candidates: [(multiplier: Double, shift: Int)] = []
    for shift in 0...31 where slope * Double(1 << shift) < 0x1p31 {
      let multiplier = slope * Double(1 << shift)
      let isExact = multiplier == multiplier.rounded() && rest * multiplier == (rest * multiplier).rounded()
      if isExact {
        candidates = [(multiplier, shift)]
        break
      }
      // Rounded down, so that a tolerance of a whole number of LSB stays one; to nearest where that is not close enough.
      candidates = [(multiplier.rounded(.down), shift), (multiplier.rounded(), shift)]
    }
    for (multiplier, shift) in candidates where multiplier >= 1 {
      let half = shift > 0 ? Double(1 << (shift - 1)) : 0
      let addend = (half - rest * multiplier).rounded()
      guard multiplier < 0x1p31, addend.magnitude < 0x1p31, let first = Int32(exactly: origin) else {
        continue
      }
      let each = unit.value(of: Double(1 << shift) / multiplier)
      let claims = FeatureClaims(
        offset: offsets[index], scale: scales[index], base: unit.base, exponent: unit.exponent,
        origin: Int(first), multiplier: Int(multiplier), addend: Int(addend), shift: shift,
        // By the steeper of the two maps; each of up to three roundings is less than a step.
        tolerance: min(1 / (scales[index] * Double(self.unit)), each).nextDown.nextDown.nextDown)
      if inputMapProblem(of: claims, unit: self.unit, range: minimumLSB...maximumLSB) == nil { return claims }
    }
    return nil
  }
}

/// The least radius at which every feature may move by its tolerance, 0 without tolerances.
func radiusCovering(
  _ tolerances: [Double], features: [FeatureClaims]
) throws(QuantizationError) -> Int {
  var result = 0
  for (index, tolerance) in tolerances.enumerated() where tolerance > 0 {
    let feature = features[features.count == 1 ? 0 : index]
    let needed =
      ReadingUnit(base: feature.base, exponent: feature.exponent).map {
        radius(covering: tolerance, readings: $0, feature)
      } ?? radius(covering: tolerance, each: feature.tolerance)
    guard needed < 65535 else {
      throw .toleranceTooLarge(feature: index, tolerance: tolerance, bound: 65534 * feature.tolerance)
    }
    result = max(result, Int(needed))
  }
  return result
}

/// `ceil(t · multiplier / 2^shift)`, t the tolerance in readings: exact where t is whole, else rounded up by more than
/// floating point may have lost.
private func radius(covering tolerance: Double, readings unit: ReadingUnit, _ feature: FeatureClaims)
  -> Double
{
  if let whole = unit.reading(of: tolerance), whole < 1 << 32 {
    // Below 2^32 · 2^31 + 2^31.
    return Double((whole * feature.multiplier + (1 << feature.shift) - 1) >> feature.shift)
  }
  let reach = unit.scaled(tolerance) * Double(feature.multiplier) / Double(1 << feature.shift)
  return max((reach * (1 + 0x1p-50)).rounded(.up), 1)
}

/// The least radius r with `r · each ≥ tolerance`.
private func radius(covering tolerance: Double, each: Double) -> Double {
  var needed = max((tolerance / each).rounded(.up), 1)
  guard needed < 65535 else { return needed }
  // One step down, as the checker compares: no rounding of the product may promise too much.
  while (needed * each).nextDown < tolerance { needed += 1 }
  while needed > 1, ((needed - 1) * each).nextDown >= tolerance { needed -= 1 }
  return needed
}
