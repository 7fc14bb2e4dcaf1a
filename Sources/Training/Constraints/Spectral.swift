/// A largest singular value of at most `bound`: larger ones are clipped, `W ← U min(Σ, bound) Vᵀ`, or the whole matrix
/// is rescaled.
///
/// Nothing is decomposed anew. The rows of V that belong to the largest values, and some more, are kept from step to
/// step; each step takes one or more passes of orthogonal iteration, `V ← orth(V Wᵀ W)`, and rotates them to singular
/// vectors of what they span (Rayleigh-Ritz). With `y = W v` the clipped matrix is
/// `W - Σ (1 - bound/|y|) y vᵀ` over `|y| > bound`. All large products run in the kernels of the passes; what remains
/// above the bound is measured in tests by full decompositions, and `FloatLayer.clipSingularValues` is exact.
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
    block.load(vectors)
    block.settle(weights, above: bound, threads)
    // Values near the bound are the ones that the next step may raise above it.
    while method == .euclidean, block.size < vectors.rows, block.count(above: 0.93 * bound) + 8 > block.size {
      let grown = SingularBlock(size: min(block.size + 16, vectors.rows), weights)
      grown.load(block.vectors)
      (block, work) = (grown, grown)
      block.settle(weights, above: bound, threads)
    }
    block.store(vectors)
    let largest = block.values.first ?? 0
    guard largest > bound else { return false }
    switch method {
    case .euclidean: block.clip(weights, to: bound, threads)
    case .rescale: weights.scale(by: Float(bound / largest), threads)
    }
    return true
  }

  /// Buffers for as many vectors as are in use, sixteen at first.
  private func block(for weights: Panels) -> SingularBlock {
    let used = (0..<vectors.count).prefix { index in
      unsafe vectors.part(index).contains { any($0 .!= 0) }
    }
    var size = min(max(1, used.count) * Lanes.scalarCount, vectors.rows)
    if let work, work.size == size {
      // Far fewer than there is room for: the last sixteen are let go.
      let spare = size - work.count(above: 0.93 * bound)
      guard spare > 36, size > Lanes.scalarCount else { return work }
      size = (size - 1) / Lanes.scalarCount * Lanes.scalarCount
    }
    let block = SingularBlock(size: size, weights)
    work = block
    return block
  }
}

/// Some singular vectors of a matrix W, `rows × columns`, with the buffers to follow them.
final class SingularBlock {
  /// How many.
  let size: Int
  /// V, `size × columns`, orthonormal rows.
  private(set) var vectors: Panels
  /// `|W v|` of each, the largest first.
  private(set) var values: [Double] = []

  /// `V Wᵀ`.
  private var images: Panels
  private var nextVectors: Panels
  private var nextImages: Panels
  private let small: Panels
  private let transform: Panels
  /// `(V Wᵀ)ᵀ`.
  private let transposed: Panels

  init(size: Int, _ weights: Panels) {
    self.size = size
    vectors = Panels(rows: size, columns: weights.columns)
    images = Panels(rows: size, columns: weights.rows)
    nextVectors = vectors.zeros()
    nextImages = images.zeros()
    small = Panels(rows: size, columns: size)
    transform = small.zeros()
    transposed = Panels(rows: weights.rows, columns: size)
  }

  /// How many values are above a number.
  func count(above bound: Double) -> Int { values.count { $0 > bound } }

  /// Takes over vectors from the first one on; where there are none, random ones stand.
  func load(_ source: Panels) {
    var generator = SeededGenerator(seed: UInt64(size))
    for index in 0..<vectors.count {
      let target = unsafe vectors.part(index)
      if index < source.count { unsafe _ = target.update(fromContentsOf: source.part(index)) }
      var isEmpty = SIMDMask<Lanes.MaskStorage>(repeating: true)
      for column in 0..<vectors.columns { unsafe isEmpty = isEmpty .& (target[column] .== 0) }
      for row in vectors.rows(ofPanel: index) where isEmpty[row % Lanes.scalarCount] {
        unsafe vectors.withRow(row) { place in
          for column in 0..<vectors.columns {
            unsafe place[column * Lanes.scalarCount] = Float(2 * generator.uniform() - 1)
          }
        }
      }
    }
  }

  /// Hands over the vectors, and zeros behind them.
  func store(_ target: Panels) {
    for index in 0..<target.count {
      let part = unsafe target.part(index)
      if index < vectors.count {
        unsafe _ = part.update(fromContentsOf: vectors.part(index))
      } else {
        unsafe part.update(repeating: .zero)
      }
    }
  }

  /// Follows the vectors until those of values above a bound lie within what they spanned a pass before.
  ///
  /// What lies outside is sin² of an angle, and an upper bound on the part of its square that a value could still have
  /// lacked then.
  func settle(_ weights: Panels, above bound: Double, _ threads: Threads) {
    images.setToProduct(vectors, transposed: weights, threads)
    for _ in 0..<50 {
      pass(weights, threads)
      // The rows of `small` are the new vectors in terms of the old ones.
      small.setToProduct(nextVectors, transposed: vectors, threads)
      swap(&vectors, &nextVectors)
      swap(&images, &nextImages)
      let overlaps = squaredLengths(small)
      guard (0..<size).contains(where: { values[$0] > bound * 1.0003 && overlaps[$0] < 0.9995 }) else {
        break
      }
    }
  }

  /// `V ← orth(V Wᵀ W)`, rotated to the singular vectors of W on what it spans.
  private func pass(_ weights: Panels, _ threads: Threads) {
    nextVectors.clear()
    nextVectors.addProduct(images, weights, threads)
    small.setToProduct(nextVectors, transposed: nextVectors, threads)
    setTransform(inverseCholesky(small.elements))
    let powers = vectors.zeros()
    swap(&nextVectors, &vectors)
    powers.addProduct(transform, vectors, threads)
    swap(&nextVectors, &vectors)
    nextImages.setToProduct(powers, transposed: weights, threads)
    small.setToProduct(nextImages, transposed: nextImages, threads)
    rotate(powers, threads)
  }

  /// Rotates orthonormal vectors and their images.
  private func rotate(_ powers: Panels, _ threads: Threads) {
    let squares = small.elements
    var rows = RowRotations(rows: size, columns: size) { Double(squares[$0 * self.size + $1]) }
    rows.run(tolerance: 1e-5, sweeps: 12)
    // The rows are now as long as the squares of the values.
    let order = (0..<size).sorted { (rows.length($0), $1) > (rows.length($1), $0) }
    values = order.map { rows.length($0).squareRoot() }
    setTransform(order.flatMap { row in (0..<size).map { rows.rotation(row, $0) } })
    nextVectors.clear()
    nextVectors.addProduct(transform, powers, threads)
    let images = nextImages.zeros()
    images.addProduct(transform, nextImages, threads)
    nextImages = images
  }

  /// Takes what is above a bound off the weights.
  func clip(_ weights: Panels, to bound: Double, _ threads: Threads) {
    for index in 0..<images.count { images.transpose(panel: index, into: transposed) }
    for index in 0..<vectors.count {
      var factors = Lanes.zero
      for row in vectors.rows(ofPanel: index) where values[row] > bound {
        factors[row % Lanes.scalarCount] = Float(bound / values[row] - 1)
      }
      let (source, target) = unsafe (vectors.part(index), nextVectors.part(index))
      for column in 0..<vectors.columns { unsafe target[column] = source[column] * factors }
    }
    weights.addProduct(transposed, nextVectors, threads)
  }

  private func setTransform(_ elements: [Double]) { transform.set(elements.map { Float($0) }) }

  private func squaredLengths(_ matrix: Panels) -> [Float] {
    (0..<matrix.rows).map { row in
      unsafe matrix.withRow(row) { place in
        (0..<matrix.columns).reduce(Float(0)) { sum, column in
          let element = unsafe place[column * Lanes.scalarCount]
          return sum + element * element
        }
      }
    }
  }
}

extension Panels {
  /// Sets all elements to zero.
  func clear() {
    for index in 0..<count { unsafe part(index).update(repeating: .zero) }
  }
}

/// `L⁻¹` of the symmetric matrix `L Lᵀ`, row after row, in double precision; the row of a pivot that is lost in rounding
/// is zero.
func inverseCholesky(_ matrix: [Float]) -> [Double] {
  let size = Int(Double(matrix.count).squareRoot().rounded())
  var factor = matrix.map { Double($0) }
  var inverse = Array(repeating: 0.0, count: size * size)
  for row in 0..<size {
    let square = factor[row * size + row]
    for column in 0...row {
      var sum = factor[row * size + column]
      for k in 0..<column { sum -= factor[row * size + k] * factor[column * size + k] }
      if column < row {
        let pivot = factor[column * size + column]
        factor[row * size + column] = pivot > 0 ? sum / pivot : 0
      } else {
        factor[row * size + row] = sum > 1e-6 * square ? sum.squareRoot() : 0
      }
    }
    let pivot = factor[row * size + row]
    guard pivot > 0 else { continue }
    for k in 0..<row {
      let weight = factor[row * size + k]
      for column in 0...k { inverse[row * size + column] -= weight * inverse[k * size + column] }
    }
    inverse[row * size + row] = 1
    for column in 0...row { inverse[row * size + column] /= pivot }
  }
  return inverse
}
