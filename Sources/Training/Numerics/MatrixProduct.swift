// One micro-kernel serves all three products. It holds a 4×8 tile of the result in registers and runs over the
// whole inner dimension, so every element is one sum from the first term to the last: its value depends neither
// on the tiling nor on how many rows are computed at once. The right factor is packed, eight columns at a time,
// into a contiguous panel padded with zeros; a transposed factor costs nothing more than other strides there.

extension Matrix {
  /// Becomes `A · Bᵀ`: `(m×k) · (n×k)ᵀ`.
  ///
  /// - Complexity: O(m·n·k).
  package mutating func setToProduct(_ a: Matrix, transposed b: Matrix) {
    precondition(a.columns == b.columns && columns == b.rows && elements.count >= a.rows * b.rows)
    rows = a.rows
    unsafe elements.withUnsafeMutableBufferPointer { result in
      unsafe a.elements.withUnsafeBufferPointer { left in
        unsafe b.elements.withUnsafeBufferPointer { right in
          unsafe multiply(
            rows: a.rows, columns: b.rows, depth: a.columns,
            Strided(base: left.baseAddress, row: a.columns, column: 1),
            Strided(base: right.baseAddress, row: 1, column: b.columns),
            into: result.baseAddress, adding: false)
        }
      }
    }
  }

  /// Becomes `A · B`: `(m×k) · (k×n)`.
  ///
  /// - Complexity: O(m·n·k).
  package mutating func setToProduct(_ a: Matrix, _ b: Matrix) {
    precondition(a.columns == b.rows && columns == b.columns && elements.count >= a.rows * b.columns)
    rows = a.rows
    unsafe elements.withUnsafeMutableBufferPointer { result in
      unsafe a.elements.withUnsafeBufferPointer { left in
        unsafe b.elements.withUnsafeBufferPointer { right in
          unsafe multiply(
            rows: a.rows, columns: b.columns, depth: a.columns,
            Strided(base: left.baseAddress, row: a.columns, column: 1),
            Strided(base: right.baseAddress, row: b.columns, column: 1),
            into: result.baseAddress, adding: false)
        }
      }
    }
  }

  /// Adds `Aᵀ · B`: `(k×m)ᵀ · (k×n)`.
  ///
  /// - Complexity: O(m·n·k).
  package mutating func addProduct(transposed a: Matrix, _ b: Matrix) {
    precondition(a.rows == b.rows && rows == a.columns && columns == b.columns)
    unsafe elements.withUnsafeMutableBufferPointer { result in
      unsafe a.elements.withUnsafeBufferPointer { left in
        unsafe b.elements.withUnsafeBufferPointer { right in
          unsafe multiply(
            rows: a.columns, columns: b.columns, depth: a.rows,
            Strided(base: left.baseAddress, row: 1, column: a.columns),
            Strided(base: right.baseAddress, row: b.columns, column: 1),
            into: result.baseAddress, adding: true)
        }
      }
    }
  }
}

/// A factor in memory: element (r, c) stands at `base[r * row + c * column]`.
@unsafe private struct Strided {
  var base: UnsafePointer<Float>?
  var row: Int
  var column: Int
}

/// `C = A·B` or `C += A·B`, C row-major.
@unsafe private func multiply(
  rows: Int, columns: Int, depth: Int, _ a: Strided, _ b: Strided, into c: UnsafeMutablePointer<Float>?,
  adding: Bool
) {
  // An empty inner dimension still has to clear C, which the tiles then do; empty arrays may have no address.
  guard rows > 0, columns > 0, let c = unsafe c else { return }
  unsafe withUnsafeTemporaryAllocation(of: SIMD8<Float>.self, capacity: max(depth, 1)) { panel in
    guard let panel = panel.baseAddress else { return }
    for column in stride(from: 0, to: columns, by: 8) {
      let width = min(8, columns - column)
      unsafe pack(b, firstColumn: column, width: width, depth: depth, into: panel)
      for row in stride(from: 0, to: rows, by: 4) {
        let height = min(4, rows - row)
        let tile = unsafe tileProduct(a, firstRow: row, height: height, panel: panel, depth: depth)
        unsafe store(tile.0, width, to: c + (row * columns + column), adding: adding)
        if height > 1 { unsafe store(tile.1, width, to: c + ((row + 1) * columns + column), adding: adding) }
        if height > 2 { unsafe store(tile.2, width, to: c + ((row + 2) * columns + column), adding: adding) }
        if height > 3 { unsafe store(tile.3, width, to: c + ((row + 3) * columns + column), adding: adding) }
      }
    }
  }
}

/// Copies `width` ≤ 8 columns into a contiguous panel, zeros in the lanes beyond.
@unsafe @inline(__always)
private func pack(
  _ b: Strided, firstColumn: Int, width: Int, depth: Int, into panel: UnsafeMutablePointer<SIMD8<Float>>
) {
  guard depth > 0, let base = unsafe b.base else { return }
  let first = unsafe base + firstColumn * b.column
  if unsafe width == 8 && b.column == 1 {
    for k in 0..<depth {
      unsafe panel[k] = unsafe UnsafeRawPointer(first + k * b.row).loadUnaligned(as: SIMD8<Float>.self)
    }
    return
  }
  let lanes = unsafe UnsafeMutableRawPointer(panel).assumingMemoryBound(to: Float.self)
  for k in 0..<depth {
    for lane in 0..<8 {
      unsafe lanes[8 &* k &+ lane] = lane < width ? first[k * b.row + lane * b.column] : 0
    }
  }
}

/// Four rows of A times a panel.
///
/// Rows beyond `height` repeat the last one and are thrown away by the caller,
/// so that the loop has no branches.
@unsafe @inline(__always)
private func tileProduct(
  _ a: Strided, firstRow: Int, height: Int, panel: UnsafeMutablePointer<SIMD8<Float>>, depth: Int
) -> (SIMD8<Float>, SIMD8<Float>, SIMD8<Float>, SIMD8<Float>) {
  var sums = (SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero)
  guard let base = unsafe a.base else { return sums }
  var row0 = unsafe base + firstRow * a.row
  var row1 = unsafe base + (firstRow + min(1, height - 1)) * a.row
  var row2 = unsafe base + (firstRow + min(2, height - 1)) * a.row
  var row3 = unsafe base + (firstRow + min(3, height - 1)) * a.row
  let step = unsafe a.column
  for k in 0..<depth {
    // A separate product and sum: `addProduct` calls the C library on processors without a fused instruction.
    let right = unsafe panel[k]
    unsafe sums.0 += row0.pointee * right
    unsafe sums.1 += row1.pointee * right
    unsafe sums.2 += row2.pointee * right
    unsafe sums.3 += row3.pointee * right
    unsafe row0 += step
    unsafe row1 += step
    unsafe row2 += step
    unsafe row3 += step
  }
  return sums
}

/// Writes or adds the first `width` lanes.
@unsafe @inline(__always)
private func store(_ sums: SIMD8<Float>, _ width: Int, to target: UnsafeMutablePointer<Float>, adding: Bool) {
  if width == 8 {
    let raw = UnsafeMutableRawPointer(target)
    let old = unsafe adding ? raw.loadUnaligned(as: SIMD8<Float>.self) : .zero
    unsafe raw.storeBytes(of: old + sums, as: SIMD8<Float>.self)
  } else {
    for lane in 0..<width {
      unsafe target[lane] = (adding ? target[lane] : 0) + sums[lane]
    }
  }
}
