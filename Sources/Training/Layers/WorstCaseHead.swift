/// The last layer on a box: for label y, `m_j = (w_j - w_y)·c + |w_j - w_y|·r + b_j - b_y` is the largest
/// `z_j - z_y` over the box of center c and radius r, exactly, and `m_y = 0`.
///
/// The sample is certified in its box when `m_j < 0` for every j ≠ y. Sixteen classes j are computed at a time.
enum WorstCaseHead {
  /// Computes the worst-case logits.
  ///
  /// - Complexity: O(samples · classes · columns).
  static func run(
    _ layer: PreparedNetwork.Layer, _ centers: Matrix, _ radii: Matrix, labels: [Int], into result: Matrix
  ) {
    let columns = layer.weights.columns
    result.rows = centers.rows
    for sample in 0..<centers.rows {
      let (center, radius) = unsafe (centers.row(sample), radii.row(sample))
      unsafe layer.withRow(labels[sample]) { labelRow, labelBias in
        for index in 0..<layer.weights.count {
          let panel = unsafe layer.weights.panel(index)
          var sum = unsafe layer.biases.panel(index).pointee - labelBias
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

  /// Adds the gradients of one panel of the layer's parameters:
  /// `∂m_j/∂w_j = c + sign(w_j - w_y) r = -∂m_j/∂w_y`, `∂m_j/∂b_j = 1 = -∂m_j/∂b_y`.
  static func addGradients(
    _ layer: PreparedNetwork.Layer, _ centers: Matrix, _ radii: Matrix, labels: [Int], gradients: Matrix,
    panel index: Int, to result: PanelGradients
  ) {
    let columns = layer.weights.columns
    let weights = unsafe result.weights.panel(0)
    for sample in 0..<centers.rows {
      let (center, radius) = unsafe (centers.row(sample), radii.row(sample))
      let label = labels[sample]
      let ownsLabel = layer.weights.rows(ofPanel: index).contains(label)
      unsafe layer.withRow(label) { labelRow, _ in
        for other in 0..<layer.weights.count where other == index || ownsLabel {
          let panel = unsafe layer.weights.panel(other)
          let gradient = gradients.lanes(other, ofRow: sample)
          if all(gradient .== 0) { continue }
          if other == index { result.biases += gradient }
          if ownsLabel { result.biases[label % Lanes.scalarCount] -= gradient.total }
          for k in 0..<columns {
            let difference = unsafe panel[k] - labelRow[k &* Lanes.scalarCount]
            let reach = unsafe Lanes(repeating: radius[k]).withSigns(of: difference)
              .replacing(with: 0, where: difference .== 0)
            let change = unsafe gradient * (center[k] + reach)
            if other == index { unsafe weights[k] += change }
            if ownsLabel { unsafe weights[k][label % Lanes.scalarCount] -= change.total }
          }
        }
      }
    }
  }

  /// Computes the gradients of the boxes: `∂m_j/∂c = w_j - w_y`, `∂m_j/∂r = |w_j - w_y|`.
  static func propagateBack(
    _ layer: PreparedNetwork.Layer, labels: [Int], gradients: Matrix, toCenters: Matrix, toRadii: Matrix
  ) {
    guard let transposed = layer.transposed else { preconditionFailure("prepared without gradients") }
    toCenters.rows = gradients.rows
    toRadii.rows = gradients.rows
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
        toCenters.setLanes(index, ofRow: sample, to: center)
        toRadii.setLanes(index, ofRow: sample, to: radius)
      }
    }
  }
}

extension PreparedNetwork.Layer {
  /// Calls a closure with the first weight of a row, the others following sixteen places apart, and its bias.
  fileprivate func withRow(_ row: Int, _ body: (UnsafeMutablePointer<Float>, Float) -> Void) {
    unsafe weights.withRow(row) { place in
      unsafe body(place, biases.withRow(row) { unsafe $0.pointee })
    }
  }
}
