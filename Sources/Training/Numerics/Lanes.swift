/// Sixteen neighboring values: two registers of AVX, four of NEON.
package typealias Lanes = SIMD16<Float>

/// Sixteen values in double precision.
typealias DoubleLanes = SIMD16<Double>

/// Sixteen bit patterns.
typealias BitLanes = SIMD16<UInt32>

extension Lanes {
  /// The values of bit patterns.
  @inline(__always)
  init(bitPattern: BitLanes) { self = unsafe unsafeBitCast(bitPattern, to: Lanes.self) }

  /// The bit patterns of the values.
  @inline(__always)
  var bitPattern: BitLanes { unsafe unsafeBitCast(self, to: BitLanes.self) }

  /// The magnitudes.
  @inline(__always)
  var magnitudes: Lanes { Lanes(bitPattern: bitPattern & 0x7fff_ffff) }

  /// Nonnegative values with the signs of others.
  @inline(__always)
  func withSigns(of other: Lanes) -> Lanes {
    Lanes(bitPattern: bitPattern | (other.bitPattern & 0x8000_0000))
  }

  /// The nearest values in single precision.
  @inline(__always)
  init(rounding wide: DoubleLanes) {
    // Spelled out, because the generic conversion stays a call and this becomes vector instructions.
    self.init(
      Float(wide[0]), Float(wide[1]), Float(wide[2]), Float(wide[3]), Float(wide[4]), Float(wide[5]),
      Float(wide[6]),
      Float(wide[7]), Float(wide[8]), Float(wide[9]), Float(wide[10]), Float(wide[11]), Float(wide[12]),
      Float(wide[13]), Float(wide[14]), Float(wide[15]))
  }

  /// The sum, always in the same order.
  @inline(__always)
  var total: Float {
    let eight = lowHalf + highHalf
    let four = eight.lowHalf + eight.highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }
}

extension DoubleLanes {
  /// The same values in double precision.
  @inline(__always)
  init(widening lanes: Lanes) {
    self.init(lowHalf: widened(lanes.lowHalf), highHalf: widened(lanes.highHalf))
  }
}

@inline(__always)
private func widened(_ x: SIMD8<Float>) -> SIMD8<Double> {
  SIMD8(
    Double(x[0]), Double(x[1]), Double(x[2]), Double(x[3]), Double(x[4]), Double(x[5]), Double(x[6]),
    Double(x[7]))
}

/// How many lanes hold that many values.
func lanesNeeded(for count: Int) -> Int { (count + Lanes.scalarCount - 1) / Lanes.scalarCount }

/// Memory for that many lanes, all zero; the caller deallocates it.
@unsafe func allocateLanes(_ count: Int) -> UnsafeMutablePointer<Lanes> {
  let lanes = UnsafeMutablePointer<Lanes>.allocate(capacity: max(count, 1))
  unsafe lanes.initialize(repeating: .zero, count: max(count, 1))
  return unsafe lanes
}

/// The same memory as single values.
@unsafe @inline(__always)
func floats(_ lanes: UnsafeMutablePointer<Lanes>) -> UnsafeMutablePointer<Float> {
  unsafe UnsafeMutableRawPointer(lanes).assumingMemoryBound(to: Float.self)
}
