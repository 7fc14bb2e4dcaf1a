package import FileAccess
package import Training

/// `x → scale · x + shift` of each component, in double precision: what stands beside a Linear layer and can become
/// part of it.
struct AffineMap {
  private(set) var scales: [Double]
  private(set) var shifts: [Double]

  init(scales: [Double], shifts: [Double]) {
    precondition(scales.count == shifts.count)
    (self.scales, self.shifts) = (scales, shifts)
  }

  /// What a network did to its inputs first: means taken off, then divided by deviations.
  init(_ conventions: ForeignConventions, columns: Int, path: String) throws(FileError) {
    let (means, deviations) = (conventions.means, conventions.deviations)
    for (words, values) in [("means", means), ("deviations", deviations)] {
      guard values.count == 1 || values.count == columns else {
        throw FileError(path, "\(values.count) \(words), the network has \(columns) inputs")
      }
      if let bad = values.first(where: { !$0.isFinite || words == "deviations" && $0 <= 0 }) {
        throw FileError(path, "\(bad) among the \(words) of the inputs")
      }
    }
    let each = (0..<columns).map { column in
      (means[means.count == 1 ? 0 : column], deviations[deviations.count == 1 ? 0 : column])
    }
    self.init(scales: each.map { 1 / $1 }, shifts: each.map { -$0 / $1 })
  }

  /// `γ · (x - mean) / √(variance + ε) + β` as PyTorch and Keras evaluate it.
  init(_ layer: ForeignBatchNorm, epsilon: Double?, reader: ModelReader) throws(FileError) {
    func values(_ name: String?, _ usual: Double) throws(FileError) -> [Double] {
      guard let name else { return Array(repeating: usual, count: layer.width) }
      return try reader.tensor(name, shape: [layer.width]).elements.doubles
    }
    let (gamma, beta) = (try values(layer.gamma, 1), try values(layer.beta, 0))
    let (mean, variance) = (try values(layer.mean, 0), try values(layer.variance, 1))
    let epsilon = epsilon ?? layer.usualEpsilon
    if let index = variance.firstIndex(where: { $0 < 0 || $0 + epsilon <= 0 }) {
      throw reader.fail("tensor \(layer.variance)[\(index)]", "\(variance[index]) is no variance")
    }
    let scales = zip(gamma, variance).map { $0 / ($1 + epsilon).squareRoot() }
    self.init(scales: scales, shifts: zip(beta, zip(mean, scales)).map { $0 - $1.0 * $1.1 })
  }

  /// This map, and another one on what it gives.
  func followed(by next: AffineMap) -> AffineMap {
    AffineMap(
      scales: zip(scales, next.scales).map(*),
      shifts: zip(shifts, zip(next.scales, next.shifts)).map { $0 * $1.0 + $1.1 })
  }
}

extension FloatLayer {
  /// Takes over what was done to the inputs before the layer: means taken off and deviations divided by.
  package mutating func fold(_ conventions: ForeignConventions, path: String) throws(FileError) {
    try fold(AffineMap(conventions, columns: columns, path: path), nil, path: path)
  }

  /// Makes maps of the inputs and of the outputs part of the layer, rounding every number once:
  /// `w' = ρ·w·κ` and `b' = ρ·(b + Σ w·τ) + σ` for `x → κ·x + τ` before it and `y → ρ·y + σ` behind.
  ///
  /// - Parameter exact: weights and biases with all digits, where `Float` has not all of them.
  /// - Throws: numbers beyond the range of `Float`.
  /// - Complexity: O(weights)
  mutating func fold(
    _ inputs: AffineMap?, _ outputs: AffineMap?, exact: (weights: [Double], biases: [Double])? = nil,
    path: String
  ) throws(FileError) {
    guard inputs != nil || outputs != nil else { return }
    for row in 0..<rows {
      let scale = outputs?.scales[row] ?? 1
      var bias = exact?.biases[row] ?? Double(biases[row])
      for column in 0..<columns {
        let index = row * columns + column
        let weight = exact?.weights[index] ?? Double(weights[index])
        bias += weight * (inputs?.shifts[column] ?? 0)
        weights[index] = Float(scale * weight * (inputs?.scales[column] ?? 1))
      }
      biases[row] = Float(scale * bias + (outputs?.shifts[row] ?? 0))
    }
    guard weights.allSatisfy(\.isFinite), biases.allSatisfy(\.isFinite) else {
      throw FileError(path, "means, deviations or BatchNorm take a layer beyond the range of 32-bit floats")
    }
  }
}
