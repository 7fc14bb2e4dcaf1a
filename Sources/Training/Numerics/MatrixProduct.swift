// One micro-kernel serves all products of training. It holds a tile of six rows and sixteen columns of the result in
// registers and runs over the inner dimension with fused multiply-adds. Every element is one chain of them, from its
// first term to its last, wherever the work is cut: a product that goes on with what another left continues its
// chain. So no result depends on tiles, blocks or threads, and fused operations round alike on every machine.

extension Matrix {
  /// Becomes `A · Wᵀ + b`: `(m×k) · (n×k)ᵀ`, b added to every row.
  ///
  /// - Parameter biases: n rows of one column; zero without it.
  /// - Complexity: O(m·n·k).
  package func setToProduct(_ a: Matrix, transposed weights: Panels, plus biases: Panels? = nil) {
    precondition(
      a.columns == weights.columns && columns == weights.rows && biases?.rows ?? columns == columns)
    rows = a.rows
    for index in 0..<weights.count {
      unsafe multiply(
        rows: a.rows, depth: a.columns,
        Scalars(base: UnsafePointer(floats(a.lanes)), row: a.stride * Lanes.scalarCount, depth: 1),
        LaneColumn(base: weights.panel(index), step: 1), startingWith: biases?.panel(index).pointee ?? .zero,
        into: LaneColumn(base: lanes + index, step: stride))
    }
  }
}

extension Panels {
  /// Adds sixteen rows of the product `Gᵀ · X`, `(k×m)ᵀ · (k×n)`, to one panel.
  ///
  /// - Parameter block: which rows: `16 block ..< 16 block + 16`.
  /// - Complexity: O(16·n·k).
  package func addProduct(transposed g: Matrix, block: Int, _ x: Matrix, toPanel index: Int) {
    precondition(g.rows == x.rows && x.columns <= columns && 0..<lanesNeeded(for: g.columns) ~= block)
    // As many rows of G and X as stay in the first-level cache while all columns pass.
    let depth = 64
    for first in stride(from: 0, to: g.rows, by: depth) {
      unsafe multiply(
        rows: x.columns, depth: min(depth, g.rows - first),
        Scalars(base: UnsafePointer(x.row(first)), row: 1, depth: x.stride * Lanes.scalarCount),
        LaneColumn(base: g.lanes + (first * g.stride + block), step: g.stride), startingWith: nil,
        into: LaneColumn(base: panel(index), step: 1))
    }
  }
}

extension Panels {
  /// Becomes `A · Bᵀ`, `(m×k) · (n×k)ᵀ`.
  ///
  /// - Complexity: O(m·n·k), shared by the threads.
  func setToProduct(_ a: Panels, transposed b: Panels, _ threads: Threads) {
    precondition(a.columns == b.columns && rows == a.rows && columns == b.rows)
    threads.forEach(b.count) { part, _ in
      for index in 0..<self.count {
        unsafe multiply(
          rows: b.rows(ofPanel: part).count, depth: b.columns,
          Scalars(base: UnsafePointer(floats(b.panel(part))), row: 1, depth: Lanes.scalarCount),
          LaneColumn(base: a.panel(index), step: 1), startingWith: .zero,
          into: LaneColumn(base: self.panel(index) + part * Lanes.scalarCount, step: 1))
      }
    }
  }

  /// Becomes `A · B`, `(m×k) · (k×n)`.
  ///
  /// - Complexity: O(m·n·k), shared by the threads.
  func setToProduct(_ a: Panels, _ b: Panels, _ threads: Threads) {
    addProduct(a, b, ofPanels: b.count, startingWith: .zero, threads)
  }

  /// Adds `A · B`, `(m×k) · (k×n)`, of which only the first panels of B, and as many columns of A, are not zero.
  func addProduct(_ a: Panels, _ b: Panels, ofPanels used: Int, _ threads: Threads) {
    addProduct(a, b, ofPanels: used, startingWith: nil, threads)
  }

  private func addProduct(
    _ a: Panels, _ b: Panels, ofPanels used: Int, startingWith start: Lanes?, _ threads: Threads
  ) {
    precondition(a.columns == b.rows && rows == a.rows && columns == b.columns && used <= b.count)
    // So many columns of the result as stay in the first-level cache while all of B's panels are added.
    let width = 112
    let pieces = (columns + width - 1) / width
    threads.forEach(count * pieces) { task, _ in
      let (index, first) = (task / pieces, task % pieces * width)
      for part in 0..<used {
        unsafe multiply(
          rows: min(width, self.columns - first), depth: b.rows(ofPanel: part).count,
          Scalars(
            base: UnsafePointer(floats(b.panel(part) + first)), row: Lanes.scalarCount, depth: 1),
          LaneColumn(base: a.panel(index) + part * Lanes.scalarCount, step: 1),
          startingWith: part == 0 ? start : nil, into: LaneColumn(base: self.panel(index) + first, step: 1))
      }
    }
  }
}

/// A left factor: element (r, d) stands at `base[r * row + d * depth]`.
@unsafe struct Scalars {
  var base: UnsafePointer<Float>
  var row: Int
  var depth: Int
}

/// Sixteen columns of a matrix: those of row r stand at `base[r * step]`.
@unsafe struct LaneColumn {
  var base: UnsafeMutablePointer<Lanes>
  var step: Int
}

/// `C = start + A·B`, sixteen columns wide; without a start `C += A·B`.
@unsafe func multiply(
  rows: Int, depth: Int, _ a: Scalars, _ b: LaneColumn, startingWith start: Lanes?, into c: LaneColumn
) {
  var row = 0
  while row < rows {
    var left = unsafe a
    var target = unsafe c
    unsafe left.base += row * a.row
    unsafe target.base += row * c.step
    switch rows - row {
    case 1: unsafe Tile<1>.multiply(depth: depth, left, b, startingWith: start, into: target)
    case 2: unsafe Tile<2>.multiply(depth: depth, left, b, startingWith: start, into: target)
    case 3: unsafe Tile<3>.multiply(depth: depth, left, b, startingWith: start, into: target)
    case 4: unsafe Tile<4>.multiply(depth: depth, left, b, startingWith: start, into: target)
    case 5: unsafe Tile<5>.multiply(depth: depth, left, b, startingWith: start, into: target)
    default: unsafe Tile<6>.multiply(depth: depth, left, b, startingWith: start, into: target)
    }
    row += 6
  }
}

/// A tile of the result: with six rows twelve sums, two factors and a scalar fill the sixteen registers of AVX2.
private struct Tile<let height: Int> {
  // Not inlined: only by itself does the loop keep its sums in registers.
  @unsafe @inline(never)
  static func multiply(
    depth: Int, _ a: Scalars, _ b: LaneColumn, startingWith start: Lanes?, into c: LaneColumn
  ) {
    var sums = InlineArray<height, Lanes>(repeating: start ?? .zero)
    if start == nil {
      for row in 0..<height { unsafe sums[unchecked: row] = unsafe c.base[row &* c.step] }
    }
    var left = unsafe a.base
    var right = unsafe b.base
    for _ in 0..<depth {
      let lanes = unsafe right.pointee
      for row in 0..<height {
        unsafe sums[unchecked: row].addProduct(Lanes(repeating: left[row &* a.row]), lanes)
      }
      unsafe left += a.depth
      unsafe right += b.step
    }
    for row in 0..<height { unsafe c.base[row &* c.step] = unsafe sums[unchecked: row] }
  }
}
