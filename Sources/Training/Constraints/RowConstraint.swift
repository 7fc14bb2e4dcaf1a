/// What every row of a layer's weights keeps to, as a value: a set onto which rows are projected, and the norm that
/// says how far an output can move.
///
/// For inputs that change by at most d in the ℓp norm an output `w·x` moves by at most `‖w‖_q · d`, `1/p + 1/q = 1`.
package protocol RowConstraint: Sendable {
  /// The largest `dualNorm` of a row.
  var bound: Float { get }

  /// `‖row‖_q`, in single precision from the first column to the last.
  static func dualNorm(of row: some Sequence<Float>) -> Float

  /// Replaces sixteen rows, one in each lane, by the nearest ones that keep to the constraint.
  ///
  /// - Parameters:
  ///   - panel: `columns` lanes.
  ///   - thresholds: what the last projection of these rows left, or 0, from which this one may start.
  /// - Postcondition: `dualNorm ≤ bound` of every row, summed in double precision; rows that kept to it keep their
  ///   bits.
  @unsafe func project(panel: UnsafeMutablePointer<Lanes>, columns: Int, thresholds: inout Lanes)
}

extension FloatLayer {
  /// Projects every row onto the ℓ1 ball of the given radius.
  ///
  /// - Postcondition: `Σ_c |w_rc| ≤ bound` for every row r; biases stay as they are.
  /// - Complexity: O(rows · columns) in practice.
  public mutating func projectRows(ontoL1Ball bound: Float) {
    let panels = Panels(rows: rows, columns: columns, elements: weights)
    panels.projectRows(onto: L1BallConstraint(bound: bound), thresholds: Panels(rows: rows, columns: 1))
    weights = panels.elements
  }
}

extension Panels {
  /// Projects every row.
  ///
  /// - Parameter thresholds: one column: what the last projection left, or 0; on return what this one leaves.
  package func projectRows(onto constraint: any RowConstraint, thresholds: Panels) {
    precondition(thresholds.rows == rows && thresholds.columns == 1)
    for index in 0..<count {
      unsafe constraint.project(
        panel: panel(index), columns: columns, thresholds: &thresholds.panel(index).pointee)
    }
  }
}
