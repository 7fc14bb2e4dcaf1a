/// Some singular vectors of a matrix W, `rows × columns`, with the buffers to follow them.
final class SingularBlock {
  /// How many.
  let size: Int
  /// V, `size × columns`, orthonormal rows; those of the largest values first.
  private(set) var vectors: Panels
  /// `|W v|` of each.
  private(set) var values: [Double] = []
  /// How much of each vector lay within what all of them spanned a pass before: cos² of an angle.
  private var overlaps: [Float] = []

  /// Whether W has no more.
  private let isComplete: Bool
  /// `V Wᵀ`.
  private var images: Panels
  /// Z, that is `V WᵀW`, and its images.
  private let powers: Panels
  private let powerImages: Panels
  private var spare: Panels
  private var spareImages: Panels
  private let transposedImages: Panels
  // Size × size.
  private let overlap, gram, inner, factor, product, rotation: Panels

  init(size: Int, _ weights: Panels) {
    self.size = size
    isComplete = size == min(weights.rows, weights.columns)
    vectors = Panels(rows: size, columns: weights.columns)
    images = Panels(rows: size, columns: weights.rows)
    (powers, powerImages) = (vectors.zeros(), images.zeros())
    (spare, spareImages) = (vectors.zeros(), images.zeros())
    transposedImages = Panels(rows: weights.rows, columns: size)
    overlap = Panels(rows: size, columns: size)
    (gram, inner, factor) = (overlap.zeros(), overlap.zeros(), overlap.zeros())
    (product, rotation) = (overlap.zeros(), overlap.zeros())
  }

  /// How many values are above a number.
  func count(above bound: Double) -> Int { values.count { $0 > bound } }

  // MARK: From step to step

  /// Takes over vectors from the first one on; where there are none, random ones stand.
  ///
  /// Unless the block is complete the last one gives way to equal components: the direction in which the first steps of
  /// training move all rows, which no vector of random weights is near.
  ///
  /// - Returns: whether there were any.
  func load(_ source: Panels) -> Bool {
    var generator = SeededGenerator(seed: UInt64(size))
    for index in 0..<min(source.count, vectors.count) {
      unsafe _ = vectors.part(index).update(fromContentsOf: source.part(index))
    }
    let first = (0..<size).first { vectors.isZero(row: $0) } ?? size
    for row in first..<size { vectors.setRow(row) { _ in Float(2 * generator.uniform() - 1) } }
    if !isComplete { vectors.setRow(size - 1) { _ in 1 } }
    return first > 0
  }

  /// Hands over the first vectors, sixteen in a panel, and zeros behind them.
  func store(_ target: Panels, panels: Int) {
    for index in 0..<panels {
      unsafe _ = target.part(index).update(fromContentsOf: vectors.part(index))
    }
    for index in panels..<target.count {
      let rest = unsafe target.part(index)
      guard unsafe rest.contains(where: { any($0 .!= 0) }) else { break }
      unsafe rest.update(repeating: .zero)
    }
  }

  // MARK: Passes

  /// Follows the vectors until those of values above a bound lie within what they spanned a pass before, and those
  /// somewhat below it nearly so: what enters from outside may still be on its way up.
  ///
  /// - Parameter passes: at least.
  func settle(_ weights: Panels, above bound: Double, passes: Int, _ threads: Threads) {
    images.setToProduct(vectors, transposed: weights, threads)
    for number in 1...50 {
      pass(weights, above: bound, threads)
      if number < passes { continue }
      let isSettled = (0..<size).allSatisfy { index in
        let value = values[index] / bound
        return value < 0.85 || overlaps[index] > (value < 1.0003 ? 0.9 : 0.999)
      }
      if isSettled { break }
    }
  }

  /// `V ← orth(V WᵀW)`, rotated to the singular vectors of W on what it spans (Rayleigh-Ritz).
  ///
  /// With Z = `V WᵀW` and `L⁻¹Z` orthonormal, the eigenvectors Q of `L⁻¹ (Z Wᵀ)(Z Wᵀ)ᵀ L⁻ᵀ` make `Q L⁻¹` the matrix that
  /// turns Z into the new vectors; `Q L⁻¹ Z Vᵀ` is what they have of the old ones.
  private func pass(_ weights: Panels, above bound: Double, _ threads: Threads) {
    let alone = Threads(count: 1)
    powers.setToProduct(images, weights, threads)
    powerImages.setToProduct(powers, transposed: weights, threads)
    gram.setToProduct(powers, transposed: powers, threads)
    inner.setToProduct(powerImages, transposed: powerImages, alone)
    overlap.setToProduct(images, transposed: images, alone)

    factor.setToInverseCholesky(of: gram)
    product.setToProduct(factor, inner, alone)
    inner.setToProduct(product, transposed: factor, alone)
    diagonalize(above: bound)

    gram.setToProduct(rotation, factor, alone)
    spare.setToProduct(gram, powers, threads)
    spareImages.setToProduct(gram, powerImages, alone)
    swap(&vectors, &spare)
    swap(&images, &spareImages)
    product.setToProduct(gram, overlap, alone)
    // The last of the old ones may not have been orthogonal to the others, see `load`.
    overlaps = (0..<size).map { row in (0..<size - 1).reduce(0) { $0 + product[row, $1] * product[row, $1] } }
  }

  /// Finds the rotation that makes `inner` diagonal as far as values near the bound and above it go, and the values.
  private func diagonalize(above bound: Double) {
    var rows = RowRotations(rows: size, columns: size) { Double(inner[$0, $1]) }
    // Rows are as long as the squares of the values. A cosine of 3e-4 between them is an error of 1e-4 in a value.
    rows.run(tolerance: 3e-4, sweeps: 12, least: 0.5 * bound * bound)
    let order = (0..<size).sorted { (rows.length($0), $1) > (rows.length($1), $0) }
    values = order.map { rows.length($0).squareRoot() }
    for (row, source) in order.enumerated() { rotation.setRow(row) { Float(rows.rotation(source, $0)) } }
  }

  /// Brings values above a bound to a target.
  func clip(_ weights: Panels, above bound: Double, to target: Double, _ threads: Threads) {
    for index in 0..<images.count { images.transpose(panel: index, into: transposedImages) }
    for index in 0..<vectors.count {
      var factors = Lanes.zero
      for row in vectors.rows(ofPanel: index) where values[row] > bound {
        factors[row % Lanes.scalarCount] = Float(target / values[row] - 1)
      }
      let (source, scaled) = unsafe (vectors.part(index), spare.part(index))
      for column in 0..<vectors.columns { unsafe scaled[column] = source[column] * factors }
    }
    weights.addProduct(transposedImages, spare, ofPanels: lanesNeeded(for: count(above: bound)), threads)
  }
}

extension Panels {
  /// An element.
  fileprivate subscript(row: Int, column: Int) -> Float {
    unsafe withRow(row) { unsafe $0[column * Lanes.scalarCount] }
  }

  fileprivate func isZero(row: Int) -> Bool { (0..<columns).allSatisfy { self[row, $0] == 0 } }

  fileprivate func setRow(_ row: Int, _ element: (_ column: Int) -> Float) {
    unsafe withRow(row) { place in
      for column in 0..<columns { unsafe place[column * Lanes.scalarCount] = element(column) }
    }
  }

  /// Becomes `L⁻¹` of a symmetric matrix `L Lᵀ`, in double precision; the row of a pivot that is lost in rounding is zero.
  fileprivate func setToInverseCholesky(of matrix: Panels) {
    // The matrix and the identity beside it, made upper triangular by taking earlier rows off later ones.
    let width = 2 * rows
    var both = [Double](repeating: 0, count: rows * width)
    for row in 0..<rows {
      for column in 0..<rows { both[row * width + column] = Double(matrix[row, column]) }
      both[row * width + rows + row] = 1
    }
    let squares = (0..<rows).map { both[$0 * width + $0] }
    unsafe both.withUnsafeMutableBufferPointer { both in
      for pivot in 0..<rows {
        let first = pivot * width
        let value = unsafe both[first + pivot]
        guard value > 1e-5 * squares[pivot] else {
          for column in 0..<width { unsafe both[first + column] = 0 }
          continue
        }
        for row in pivot + 1..<max(rows, pivot + 1) {
          let share = unsafe both[row * width + pivot] / value
          for column in pivot...(rows + pivot) {
            unsafe both[row * width + column] -= share * both[first + column]
          }
        }
        let scale = 1 / value.squareRoot()
        for column in 0...pivot { unsafe both[first + rows + column] *= scale }
      }
    }
    for row in 0..<rows { setRow(row) { $0 > row ? 0 : Float(both[row * width + rows + $0]) } }
  }
}
