/// A largest singular value of at most `bound`: larger ones are clipped, `W ← U min(Σ, bound) Vᵀ`, or the whole matrix
/// is rescaled.
///
/// Nothing is decomposed anew. The rows of V that belong to the largest values, and some more, are kept from step to
/// step; each step takes one or more passes of orthogonal iteration, `V ← orth(V Wᵀ W)`, and rotates them to singular
/// vectors of what they span (Rayleigh-Ritz). With `y = W v` the clipped matrix is
/// `W - Σ (1 - bound/|y|) y vᵀ` over `|y| > bound`. All large products run in the kernels of the passes; what remains
/// above the bound, less than a thousandth, is measured in tests by full decompositions; what training returns is exact,
/// see `FloatNetwork.clipSingularValues`.
final class SpectralConstraint: LayerConstraint, @unchecked Sendable {
  private let bound: Double
  private let method: ProjectionMethod
  /// V: the singular vectors in use, largest values first, rows of zeros behind them.
  private let vectors: Panels
  private var work: SingularBlock?

  init(bound: Float, rows: Int, columns: Int, _ method: ProjectionMethod) {
    self.bound = Double(bound)
    self.method = method
    vectors = Panels(rows: min(rows, columns), columns: columns)
  }

  var state: [any LaneStore] { [vectors] }

  func project(_ weights: Panels, _ threads: Threads) -> Bool {
    var block = self.block(for: weights)
    let isCold = !block.load(vectors)
    block.settle(weights, above: bound, passes: isCold ? 20 : 1, threads)
    // Values near the bound are the ones that the next step may raise above it.
    while method == .euclidean, block.size < vectors.rows, block.count(above: 0.94 * bound) + 6 > block.size {
      let grown = SingularBlock(size: min(block.size + Lanes.scalarCount, vectors.rows), weights)
      _ = grown.load(block.vectors)
      (block, work) = (grown, grown)
      block.settle(weights, above: bound, passes: 4, threads)
    }
    // Far fewer than there is room for: the last sixteen are let go.
    let isSpacious = block.count(above: 0.94 * bound) + 36 < block.size && block.size > Lanes.scalarCount
    block.store(vectors, panels: lanesNeeded(for: block.size) - (isSpacious ? 1 : 0))
    let largest = block.values.first ?? 0
    guard largest > bound else { return false }
    switch method {
    // As far inside as may be left outside.
    case .euclidean: block.clip(weights, above: bound, to: bound * 0.999, threads)
    case .rescale: weights.scale(by: Float(bound * 0.999 / largest), threads)
    }
    return true
  }

  /// Buffers for as many vectors as are in use, sixteen at first.
  private func block(for weights: Panels) -> SingularBlock {
    let used = (0..<vectors.count).prefix { index in
      unsafe vectors.part(index).contains { any($0 .!= 0) }
    }
    let size = min(max(1, used.count) * Lanes.scalarCount, vectors.rows)
    if let work, work.size == size { return work }
    let block = SingularBlock(size: size, weights)
    work = block
    return block
  }
}

extension FloatNetwork {
  /// Brings every layer whose largest singular value is bounded exactly to its bound, by full decompositions.
  ///
  /// - Complexity: O(m² n) several times over, for layers of m × n, m ≤ n.
  mutating func clipSingularValues() {
    for index in layers.indices { layers[index].clipSingularValues() }
  }
}

extension FloatLayer {
  /// The nearest weights whose largest singular value is at most the bound, the rounding of the weights included.
  fileprivate mutating func clipSingularValues() {
    guard let normBound, normBound.norm == .spectral else { return }
    let (rows, columns, weights) = (rows, columns, weights)
    let isWide = rows <= columns
    let (count, length) = (min(rows, columns), max(rows, columns))
    var rotated = RowRotations(rows: count, columns: length) { row, column in
      Double(weights[isWide ? row * columns + column : column * columns + row])
    }
    rotated.run(tolerance: 1e-9, sweeps: 40)
    // Rounding moves the norm by at most 2^-24 of the root of the sum of all squares.
    let target = Double(normBound.bound) * (1 - 0x1p-23 * Double(count).squareRoot())
    // The others stay: W loses `(1 - target / value) u vᵀ` for each value above the target.
    let excesses = (0..<count).filter { rotated.length($0) > target }
    for row in 0..<count where !excesses.isEmpty {
      for column in 0..<length {
        let place = isWide ? row * columns + column : column * columns + row
        let excess = excesses.reduce(0.0) { sum, index in
          let share = 1 - target / rotated.length(index)
          return sum + share * rotated.rotation(index, row) * rotated[index, column]
        }
        self.weights[place] = Float(Double(weights[place]) - excess)
      }
    }
  }
}
