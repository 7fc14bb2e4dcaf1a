/// The gradients of a layer that is read row by row, summed over the samples of one pass.
struct RowGradients {
  let weights: Matrix
  private let biases: Panels

  /// Makes room for the gradients of a layer with such weights.
  init(of weights: Matrix) {
    self.weights = weights.zeros()
    biases = Panels(rows: weights.rows, columns: 1)
  }

  /// Sets the gradients of the weights to zero and those of the biases to their sums over the samples.
  func begin(_ gradients: Matrix) {
    weights.clear()
    gradients.sumRows(into: biases)
  }

  /// Adds one part of them.
  func add(part: Int, to result: PartGradients) {
    let source = unsafe weights.part(part)
    let target = unsafe result.lanes
    for index in source.indices { unsafe target[index] += source[index] }
    result.biases += unsafe biases.panel(part).pointee
  }
}

extension Matrix {
  /// Computes the sums of the columns, from the first row to the last.
  func sumRows(into sums: Panels) {
    precondition(sums.rows == columns && sums.columns == 1)
    for part in 0..<sums.count {
      var sum = Lanes.zero
      for row in 0..<rows { sum += lanes(part, ofRow: row) }
      unsafe sums.panel(part).pointee = sum
    }
  }

  /// Becomes another matrix with a number added to each column, negated where asked.
  func setToSums(_ source: Matrix, plus offset: (_ part: Int) -> Lanes, negated: Bool) {
    precondition(source.columns == columns)
    rows = source.rows
    for part in 0..<lanesNeeded(for: columns) {
      let offset = offset(part)
      for row in 0..<rows {
        let value = source.lanes(part, ofRow: row) + offset
        setLanes(part, ofRow: row, to: negated ? -value : value)
      }
    }
  }

  /// The address of a row, eight elements at a time.
  @unsafe func halfLanes(_ row: Int) -> UnsafeMutablePointer<HalfLanes> {
    unsafe UnsafeMutableRawPointer(self.row(row)).assumingMemoryBound(to: HalfLanes.self)
  }
}
