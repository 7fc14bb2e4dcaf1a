/// Sixteen neighboring values: two registers of AVX, four of NEON.
package typealias Lanes = SIMD16<Float>

/// Eight of them, for kernels that skip what is negligible in so small pieces.
typealias HalfLanes = SIMD8<Float>

/// Sixteen values in double precision.
typealias DoubleLanes = SIMD16<Double>

/// Sixteen bit patterns.
typealias BitLanes = SIMD16<UInt32>

extension HalfLanes {
  /// The values of bit patterns.
  @inline(__always)
  init(bitPattern: SIMD8<UInt32>) { self = unsafe unsafeBitCast(bitPattern, to: HalfLanes.self) }

  /// The bit patterns of the values.
  @inline(__always)
  var bitPattern: SIMD8<UInt32> { unsafe unsafeBitCast(self, to: SIMD8<UInt32>.self) }

  /// The magnitudes.
  @inline(__always)
  var magnitudes: HalfLanes { HalfLanes(bitPattern: bitPattern & 0x7fff_ffff) }

  /// The values, negated where others are negative.
  @inline(__always)
  func negated(whereNegative other: HalfLanes) -> HalfLanes {
    HalfLanes(bitPattern: bitPattern ^ (other.bitPattern & 0x8000_0000))
  }

  /// The sum, always in the same order.
  @inline(__always)
  var total: Float {
    let four = lowHalf + highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }

  /// The largest value, of finite ones.
  @inline(__always)
  var largest: Float {
    let four = lowHalf.replacing(with: highHalf, where: highHalf .> lowHalf)
    let two = four.lowHalf.replacing(with: four.highHalf, where: four.highHalf .> four.lowHalf)
    return Swift.max(two.x, two.y)
  }
}

/// Whether a mask of eight values holds anywhere; `any` stays a loop.
@inline(__always)
func holdsAnywhere(_ mask: SIMDMask<SIMD8<Int32>>) -> Bool {
  let bits = unsafe unsafeBitCast(mask, to: SIMD4<UInt64>.self)
  return (bits[0] | bits[1] | bits[2] | bits[3]) != 0
}

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

  /// The values, negated where others are negative.
  @inline(__always)
  func negated(whereNegative other: Lanes) -> Lanes {
    Lanes(bitPattern: bitPattern ^ (other.bitPattern & 0x8000_0000))
  }

  /// The sum, always in the same order.
  @inline(__always)
  var total: Float { (lowHalf + highHalf).total }

  /// The nearest values in single precision.
  @inline(__always)
  init(rounding wide: DoubleLanes) {
    // Spelled out, because the generic conversion stays a call and this becomes vector instructions.
    self.init(lowHalf: narrowed(wide.lowHalf), highHalf: narrowed(wide.highHalf))
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

@inline(__always)
private func narrowed(_ x: SIMD8<Double>) -> SIMD8<Float> {
  SIMD8(
    Float(x[0]), Float(x[1]), Float(x[2]), Float(x[3]), Float(x[4]), Float(x[5]), Float(x[6]), Float(x[7]))
}

/// How many lanes hold that many values.
func lanesNeeded(for count: Int) -> Int { (count + Lanes.scalarCount - 1) / Lanes.scalarCount }

/// Memory for that many lanes, all zero; the caller deallocates it.
@unsafe func allocateLanes(_ count: Int) -> UnsafeMutablePointer<Lanes> {
  let lanes = UnsafeMutablePointer<Lanes>.allocate(capacity: max(count, 1))
  unsafe lanes.initialize(repeating: .zero, count: max(count, 1))
  return unsafe lanes
}

/// A matrix in lanes, of parameters or what goes with them; every sixteen rows are a part that is treated by itself.
protocol LaneStore: AnyObject, Sendable {
  var rows: Int { get }
  var columns: Int { get }

  /// A store of zeros of the same size.
  func zeros() -> Self

  /// The memory of rows `16 index ..< 16 index + 16`; what is no element of the matrix is zero in it.
  func part(_ index: Int) -> UnsafeMutableBufferPointer<Lanes>

  /// The elements, row after row.
  var elements: [Float] { get }

  /// Takes over row-major elements.
  func set(_ elements: [Float])
}

extension LaneStore {
  /// How many parts there are.
  var partCount: Int { lanesNeeded(for: rows) }

  /// Shows the elements, row after row, to a body that may change them, but not their number.
  func visitElements(_ body: (inout [Float]) -> Void) {
    var elements = elements
    body(&elements)
    set(elements)
  }
}

/// The same memory as single values.
@unsafe @inline(__always)
func floats(_ lanes: UnsafeMutablePointer<Lanes>) -> UnsafeMutablePointer<Float> {
  unsafe UnsafeMutableRawPointer(lanes).assumingMemoryBound(to: Float.self)
}
