/// Columns of `Σ|w| ≤ bound`, each replaced by the nearest one.
final class ColumnSumProjection: LayerConstraint {
  private let ball: L1BallConstraint
  /// Wᵀ, in which columns are rows.
  private let transposed: Panels
  /// Of each column, what its last projection left, where the next one starts.
  private let thresholds: Panels

  init(bound: Float, rows: Int, columns: Int) {
    ball = L1BallConstraint(bound: bound)
    transposed = Panels(rows: columns, columns: rows)
    thresholds = Panels(rows: columns, columns: 1)
  }

  var state: [any LaneStore] { [thresholds] }

  func project(_ weights: Panels, _ threads: Threads) -> Bool {
    threads.forEach(weights.count) { part, _ in weights.transpose(panel: part, into: self.transposed) }
    threads.forEach(transposed.count) { part, _ in
      let (transposed, thresholds) = (self.transposed, self.thresholds)
      unsafe self.ball.project(
        panel: transposed.panel(part), columns: transposed.columns,
        thresholds: &thresholds.panel(part).pointee)
      transposed.transpose(panel: part, into: weights)
    }
    return true
  }
}

extension Panels {
  /// The largest `Σ|w|` of a column, in double precision from the first row to the last.
  var largestColumnSum: Double {
    var largest = 0.0
    for column in 0..<columns {
      var total = DoubleLanes.zero
      for index in 0..<count { unsafe total += DoubleLanes(widening: panel(index)[column].magnitudes) }
      largest = max(largest, total.sum())
    }
    return largest
  }
}
