/// What the weights of a dense layer keep to after every step.
///
/// A norm is one file with two of them, the nearest matrix and the rescaled one; `FloatLayer.constraint` chooses. Sums
/// are in an order of their own, whatever the threads.
protocol LayerConstraint: AnyObject, Sendable {
  /// What the next projection starts from.
  var state: [any LaneStore] { get }

  /// Projects sixteen rows, where rows are bounded by themselves: while they are in the cache.
  func project(part: Int, of weights: Panels)

  /// Projects what has to see the whole matrix, after all of its parts have moved.
  ///
  /// - Returns: whether the weights changed.
  func project(_ weights: Panels, _ threads: Threads) -> Bool
}

extension LayerConstraint {
  var state: [any LaneStore] { [] }
  func project(part: Int, of weights: Panels) {}
  func project(_ weights: Panels, _ threads: Threads) -> Bool { false }
}

extension FloatLayer {
  /// What keeps its weights to their bound; nil for a free layer.
  func constraint(_ method: ProjectionMethod) -> (any LayerConstraint)? {
    guard let normBound else { return nil }
    return switch (normBound.norm, method) {
    case (.rowSum, .euclidean): RowSumProjection(bound: normBound.bound, rows: rows)
    case (.rowSum, .rescale): Rescaling(bound: normBound.bound) { $0.largestRowSum }
    case (.columnSum, .euclidean):
      ColumnSumProjection(bound: normBound.bound, rows: rows, columns: columns)
    case (.columnSum, .rescale): Rescaling(bound: normBound.bound) { $0.largestColumnSum }
    case (.spectral, _): SpectralConstraint(bound: normBound.bound, rows: rows, columns: columns, method)
    }
  }
}

/// `W ← W / max(1, ‖W‖ / bound)` for a norm that is a closed formula.
final class Rescaling: LayerConstraint {
  private let bound: Float
  private let norm: @Sendable (Panels) -> Double

  init(bound: Float, norm: @escaping @Sendable (Panels) -> Double) {
    self.bound = bound
    self.norm = norm
  }

  func project(_ weights: Panels, _ threads: Threads) -> Bool {
    let norm = norm(weights)
    guard norm > Double(bound) else { return false }
    weights.scale(by: Float(Double(bound) / norm), roundedInwards: true, threads)
    return true
  }
}

extension Panels {
  /// Multiplies every element.
  ///
  /// - Parameter roundedInwards: by two parts in 2^24 less, so that rounding leaves no norm above what the factor
  ///   was meant for.
  func scale(by factor: Float, roundedInwards: Bool = false, _ threads: Threads) {
    let factor = roundedInwards ? factor * (1 - 0x1p-23) : factor
    threads.forEach(count) { index, _ in
      let panel = unsafe self.panel(index)
      for column in 0..<self.columns { unsafe panel[column] *= factor }
    }
  }
}
