/// Some pairs of a `PairSet` on their way through the network.
///
/// Sendable unchecked, since one task at a time works on it.
final class PairShard: @unchecked Sendable {
  /// Which pairs.
  let pairs: Range<Int>
  /// The way: four rows for each pair, u and v as they are and as they are tried; behind `runBackward` two, of what was
  /// kept.
  let pass: PointPass

  /// q² and ‖u - v‖² of each pair that was kept.
  private var kept: [(square: Float, distance: Float)]
  /// The row of its u.
  private var rows: [Int]
  /// The least ‖u - v‖², a thousandth in each input: closer pairs would show the rounding of single precision.
  private let leastDistance: Float

  init(_ stack: LayerStack, pairs: Range<Int>) {
    self.pairs = pairs
    pass = PointPass(for: stack, capacity: 4 * pairs.count, gradients: true, inputGradients: true)
    kept = Array(repeating: (0, 0), count: pairs.count)
    rows = Array(repeating: 0, count: pairs.count)
    leastDistance = 1e-6 * Float(stack.layers[0].columns)
  }

  /// Takes the pairs, and what becomes of them by a step of ascent, cut to the range.
  func load(_ points: Matrix, _ directions: Matrix, _ steps: Matrix, within range: ClosedRange<Float>) {
    let inputs = pass.inputs[0]
    inputs.rows = 4 * pairs.count
    for (index, pair) in pairs.enumerated() {
      let step = unsafe steps.row(0)[pair]
      for end in 0..<2 {
        let (old, tried) = (4 * index + end, 4 * index + 2 + end)
        inputs.copyRow(2 * pair + end, of: points, to: old)
        for lane in 0..<lanesNeeded(for: inputs.columns) {
          let moved =
            points.lanes(lane, ofRow: 2 * pair + end) + step * directions.lanes(lane, ofRow: 2 * pair + end)
          inputs.setLanes(
            lane, ofRow: tried,
            to: moved.clamped(
              lowerBound: Lanes(repeating: range.lowerBound), upperBound: Lanes(repeating: range.upperBound)))
        }
      }
    }
  }

  /// Keeps the pair that was tried where its q is larger, otherwise the old one.
  ///
  /// - Returns: whether it was larger.
  func choose(_ pair: Int) -> Bool {
    let index = pair - pairs.lowerBound
    let (old, tried) = (measure(4 * index), measure(4 * index + 2))
    let hasGrown = tried.square > old.square
    kept[index] = hasGrown ? tried : old
    rows[index] = hasGrown ? 4 * index + 2 : 4 * index
    return hasGrown
  }

  /// q² and ‖u - v‖² of a pair of rows; 0 where they lie too close.
  private func measure(_ row: Int) -> (square: Float, distance: Float) {
    let distance = pass.inputs[0].squaredDistance(row, row + 1)
    guard distance >= leastDistance else { return (0, 0) }
    let outputs = pass.outputs[pass.outputs.count - 1]
    return (outputs.squaredDistance(row, row + 1) / distance, distance)
  }

  /// Carries the gradients of each kept pair's q² back.
  func runBackward(_ stack: LayerStack) {
    for matrix in pass.inputs + pass.outputs {
      for (index, row) in rows.enumerated() {
        matrix.copyRow(row, of: matrix, to: 2 * index)
        matrix.copyRow(row + 1, of: matrix, to: 2 * index + 1)
      }
      matrix.rows = 2 * pairs.count
    }
    // ∂q²/∂f(u) = 2 (f(u) - f(v)) / ‖u - v‖² = -∂q²/∂f(v).
    let outputs = pass.outputs[pass.outputs.count - 1]
    for index in kept.indices {
      let (u, v) = unsafe (outputs.row(2 * index), outputs.row(2 * index + 1))
      let distance = kept[index].distance
      for column in 0..<outputs.columns {
        let change = unsafe distance > 0 ? 2 * (u[column] - v[column]) / distance : 0
        unsafe u[column] = change
        unsafe v[column] = -change
      }
    }
    pass.runBackward(stack)
  }

  /// Hands back the pairs, the gradients of their q² and these.
  func store(_ points: Matrix, _ directions: Matrix, _ squares: Matrix) {
    guard let gradients = pass.inputGradients else { return }
    for (index, pair) in pairs.enumerated() {
      let (square, distance) = kept[index]
      unsafe squares.row(0)[pair] = square
      // What ‖u - v‖ adds: -2 q² (u - v) / ‖u - v‖² at u, the opposite at v.
      let pull = distance > 0 ? 2 * square / distance : 0
      for lane in 0..<lanesNeeded(for: points.columns) {
        let u = pass.inputs[0].lanes(lane, ofRow: 2 * index)
        let v = pass.inputs[0].lanes(lane, ofRow: 2 * index + 1)
        points.setLanes(lane, ofRow: 2 * pair, to: u)
        points.setLanes(lane, ofRow: 2 * pair + 1, to: v)
        let change = pull * (u - v)
        directions.setLanes(lane, ofRow: 2 * pair, to: gradients.lanes(lane, ofRow: 2 * index) - change)
        directions.setLanes(
          lane, ofRow: 2 * pair + 1, to: gradients.lanes(lane, ofRow: 2 * index + 1) + change)
      }
    }
  }

  /// Multiplies the gradients with respect to the outputs of all layers by a weight for each pair.
  func weigh(_ weight: (_ pair: Int) -> Float) {
    for matrix in pass.gradients {
      for (index, pair) in pairs.enumerated() {
        let weight = weight(pair)
        for row in 2 * index..<2 * index + 2 {
          for lane in 0..<lanesNeeded(for: matrix.columns) {
            matrix.setLanes(lane, ofRow: row, to: weight * matrix.lanes(lane, ofRow: row))
          }
        }
      }
    }
  }
}

extension Matrix {
  /// Copies a row of a matrix of as many columns.
  fileprivate func copyRow(_ source: Int, of other: Matrix, to target: Int) {
    precondition(other.columns == columns)
    guard other !== self || source != target else { return }
    unsafe row(target).update(from: other.row(source), count: columns)
  }

  /// `‖a - b‖²` of two rows.
  fileprivate func squaredDistance(_ first: Int, _ second: Int) -> Float {
    var sum = Lanes.zero
    for index in 0..<lanesNeeded(for: columns) {
      let difference = lanes(index, ofRow: first) - lanes(index, ofRow: second)
      sum += difference * difference
    }
    return sum.total
  }
}
