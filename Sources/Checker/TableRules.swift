internal import Claims

// Smooth activations: tables of nodes with straight lines between them, rounded half up.

extension TableClaims {
  /// What is wrong with a table, one line each.
  func problems(place: String) -> [String] {
    guard (1...15).contains(shift) else { return ["\(place): table shift \(shift) outside 1…15"] }
    var problems: [String] = []
    let count = (1 << (16 - shift)) + 1
    if nodes.count != count {
      problems.append("\(place): number of table nodes \(nodes.count), expected \(count)")
    }
    if gain < 0 || gain > 1 << shift {
      problems.append(
        "\(place): table gain \(gain) outside 0…\(1 << shift), too few nodes for the slope of the table")
    }
    for (index, node) in nodes.enumerated() {
      let place = "\(place) table node \(index)"
      guard node >= -32768, node <= 32767 else {
        problems.append("\(place): \(node) outside -32768…32767")
        continue
      }
      guard index > 0 else { continue }
      // A header may state any number before this one.
      let (rise, overflow) = node.subtractingReportingOverflow(nodes[index - 1])
      if overflow || rise < 0 || rise > gain {
        problems.append("\(place): \(node) after \(nodes[index - 1]), a rise outside 0…\(gain)")
      }
    }
    return problems
  }

  /// What the table makes of a 16-bit value: the line between two nodes, `floor(… + 1/2)` by division.
  func interpolated(_ value: Int) -> Int {
    let step = 1 << shift
    let (node, rest) = (value + 32768).quotientAndRemainder(dividingBy: step)
    let ends = (nodes[node], nodes[node + 1])
    // No fraction is negative: the nodes never fall.
    return ends.0 + ((ends.1 - ends.0) * rest + step / 2) / step
  }

  /// How far a value moves behind the table: `ceil(G·δ / 2^k)`.
  func moved(_ bound: MoveBound) -> MoveBound {
    MoveBound.combination([(column: 0, weight: gain)], of: [bound]).requantized(shift: shift)
  }

  /// The same in whole LSB for each LSB of one input; G ≤ 2^k keeps it within the cut.
  func moved(_ slope: Int128) -> Int128 {
    let step: Int128 = 1 << Int128(shift)
    return (Int128(gain) * slope + step - 1) / step
  }

  /// Adds the record of the nodes to the canonical byte string.
  func feed(into string: inout CanonicalString) {
    string.record(25) { string in for node in nodes { string.feed(node, bytes: 2) } }
  }
}
