internal import Claims
internal import Integers
internal import Training

// What the benchmarks of boards know of max-plus layers.

extension SeededNetwork {
  /// A third of the columns in each row, of either sign.
  static func maxima(
    _ rows: Int, _ columns: Int, _ isLast: Bool, centers: Int, _ generator: inout SeededGenerator
  ) -> IntegerLayer {
    let entries = (0..<rows).map { _ in
      let chosen = (0..<columns).filter { $0 == 0 || generator.index(below: 3) == 0 }
      return chosen.map { column in
        let (isNegated, center) = (generator.index(below: 2) == 0, generator.index(below: centers))
        return MaxPlusEntry(column: column, sign: isNegated ? -1 : 1, offset: isNegated ? center : -center)
      }
    }
    return .maximum(
      MaxPlusLayer(columns: columns, entries: entries, activation: isLast ? .negate : .identity))
  }
}

extension FullNetwork {
  /// As many entries in each row, all of one sign and of the offset 0; `lead` sets the first row apart from the others.
  static func full(_ layer: IntegerLayer, isNegated: Bool, lead: Int) -> IntegerLayer? {
    guard let layer = layer.asMaximum else { return nil }
    guard layer.entries.allSatisfy({ $0.count <= layer.columns }) else { return nil }
    let isWinnerLeast = layer.activation == .negate
    let entries = layer.entries.enumerated().map { row, entries in
      // Where both signs of a column stand, one of them moves to a column that the row has not.
      var columns = Set(entries.map(\.column))
      var free = (0..<layer.columns).lazy.filter { [columns] in !columns.contains($0) }.makeIterator()
      while columns.count < entries.count, let column = free.next() { columns.insert(column) }
      // The center that puts a row behind the others; its candidates are s·(x - center).
      let isBehind = (row == 0) == isWinnerLeast
      let center = isBehind != isNegated ? lead : 0
      return columns.sorted().map {
        MaxPlusEntry(column: $0, sign: isNegated ? -1 : 1, offset: isNegated ? center : -center)
      }
    }
    return .maximum(
      MaxPlusLayer(columns: layer.columns, entries: entries, activation: layer.activation))
  }
}

extension IntegerLayer {
  /// The layout of a layer of maxima; nil of others.
  var storedLayout: Int32? { asMaximum?.layout }

  /// How many stored entries an inference cannot leave out: those of each row until the maximum so far reaches the
  /// next potential.
  ///
  /// - Precondition: the layer is one of maxima.
  func touchedEntries(by values: [Int16]) -> Int {
    guard case .maxPlus(let claims) = claims.content else { preconditionFailure("not a layer of maxima") }
    // What is read is cut to the range.
    let inputs = values.map { min(max(Int($0), claims.inputMinimum), claims.inputMaximum) }
    return claims.rows.indices.reduce(0) { $0 + claims.touchedEntries(ofRow: $1, by: inputs) }
  }
}

extension MaxPlusClaims {
  fileprivate func touchedEntries(ofRow row: Int, by inputs: [Int]) -> Int {
    var (maximum, potential, count) = (Int.min, bases[row], 0)
    for entry in rows[row] {
      potential -= entry.step
      guard maximum < potential else { break }
      let input = inputs[entry.column]
      maximum = max(maximum, potential - (entry.sign > 0 ? inputMaximum - input : input - inputMinimum))
      count += 1
    }
    return count
  }
}
