/// Rows of `Σ|w| ≤ bound`, each replaced by the nearest one.
final class RowSumProjection: LayerConstraint {
  private let ball: L1BallConstraint
  /// Of each row, what its last projection left, where the next one starts.
  private let thresholds: Panels

  init(bound: Float, rows: Int) {
    ball = L1BallConstraint(bound: bound)
    thresholds = Panels(rows: rows, columns: 1)
  }

  var state: [any LaneStore] { [thresholds] }

  func project(part: Int, of weights: Panels) {
    unsafe ball.project(
      panel: weights.panel(part), columns: weights.columns, thresholds: &thresholds.panel(part).pointee)
  }
}

extension Panels {
  /// The largest `Σ|w|` of a row, in double precision from the first column to the last.
  var largestRowSum: Double {
    var largest = DoubleLanes.zero
    for index in 0..<count {
      let panel = unsafe self.panel(index)
      var total = DoubleLanes.zero
      for column in 0..<columns { unsafe total += DoubleLanes(widening: panel[column].magnitudes) }
      largest.replace(with: total, where: total .> largest)
    }
    return largest.max()
  }
}
