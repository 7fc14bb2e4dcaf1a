/// The last layer on a box: for label y, `m_j = (w_j - w_y)·c + |w_j - w_y|·r + b_j - b_y` is the largest
/// `z_j - z_y` over the box of center c and radius r, exactly, and `m_y = 0`.
///
/// The sample is certified in its box when `m_j < 0` for every j ≠ y. Sixteen classes j are computed at a time.
extension DenseLayer: IntervalLayer {
  /// - Complexity: O(samples · classes · columns).
  func runWorstCase(_ boxes: Boxes, labels: [Int], into result: Matrix) {
    result.rows = boxes.centers.rows
    for sample in 0..<result.rows {
      let (center, radius) = unsafe (boxes.centers.row(sample), boxes.radii.row(sample))
      unsafe withRow(labels[sample]) { labelRow, labelBias in
        for index in 0..<panels.count {
          let panel = unsafe panels.panel(index)
          var sum = unsafe biases.panel(index).pointee - labelBias
          var reach = Lanes.zero
          for k in 0..<columns {
            let difference = unsafe panel[k] - labelRow[k &* Lanes.scalarCount]
            unsafe sum.addProduct(difference, center[k])
            unsafe reach.addProduct(difference.magnitudes, radius[k])
          }
          result.setLanes(index, ofRow: sample, to: sum + reach)
        }
      }
    }
  }

  /// `∂m_j/∂w_j = c + sign(w_j - w_y) r = -∂m_j/∂w_y`, `∂m_j/∂b_j = 1 = -∂m_j/∂b_y`.
  func addWorstCaseGradients(
    part index: Int, _ gradients: Matrix, labels: [Int], inputs: Boxes, to result: PartGradients
  ) {
    let lanes = unsafe result.lanes
    for sample in 0..<gradients.rows {
      let (center, radius) = unsafe (inputs.centers.row(sample), inputs.radii.row(sample))
      let label = labels[sample]
      let ownsLabel = panels.rows(ofPanel: index).contains(label)
      unsafe withRow(label) { labelRow, _ in
        for other in 0..<panels.count where other == index || ownsLabel {
          let panel = unsafe panels.panel(other)
          let gradient = gradients.lanes(other, ofRow: sample)
          if all(gradient .== 0) { continue }
          if other == index { result.biases += gradient }
          if ownsLabel { result.biases[label % Lanes.scalarCount] -= gradient.total }
          for k in 0..<columns {
            let difference = unsafe panel[k] - labelRow[k &* Lanes.scalarCount]
            let reach = unsafe Lanes(repeating: radius[k]).negated(whereNegative: difference)
              .replacing(with: 0, where: difference .== 0)
            let change = unsafe gradient * (center[k] + reach)
            if other == index { unsafe lanes[k] += change }
            if ownsLabel { unsafe lanes[k][label % Lanes.scalarCount] -= change.total }
          }
        }
      }
    }
  }

  /// `∂m_j/∂c = w_j - w_y`, `∂m_j/∂r = |w_j - w_y|`.
  func runWorstCaseBackward(_ gradients: Matrix, labels: [Int], into inputGradients: Boxes) {
    guard let transposed else { preconditionFailure("prepared without gradients") }
    inputGradients.centers.rows = gradients.rows
    inputGradients.radii.rows = gradients.rows
    for sample in 0..<gradients.rows {
      let gradient = unsafe gradients.row(sample)
      for index in 0..<transposed.count {
        let panel = unsafe transposed.panel(index)
        let labelColumn = unsafe panel[labels[sample]]
        var (center, radius) = (Lanes.zero, Lanes.zero)
        for other in 0..<gradients.columns {
          let difference = unsafe panel[other] - labelColumn
          unsafe center.addProduct(difference, gradient[other])
          unsafe radius.addProduct(difference.magnitudes, gradient[other])
        }
        inputGradients.centers.setLanes(index, ofRow: sample, to: center)
        inputGradients.radii.setLanes(index, ofRow: sample, to: radius)
      }
    }
  }

  /// Calls a closure with the first weight of a row, the others following sixteen places apart, and its bias.
  private func withRow(_ row: Int, _ body: (UnsafeMutablePointer<Float>, Float) -> Void) {
    unsafe panels.withRow(row) { place in
      unsafe body(place, biases.withRow(row) { unsafe $0.pointee })
    }
  }
}
