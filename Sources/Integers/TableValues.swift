package import Claims

extension TableClaims {
  /// What the table makes of an `Int16`.
  package func value(at x: Int) -> Int {
    let (node, rest) = ((x + 32768) >> shift, (x + 32768) & ((1 << shift) - 1))
    return nodes[node] + ((nodes[node + 1] - nodes[node]) * rest + (1 << shift) / 2) >> shift
  }

  /// The slope of the line that a value lies on.
  package func slope(at x: Int) -> Float {
    let node = (x + 32768) >> shift
    return Float(nodes[node + 1] - nodes[node]) / Float(1 << shift)
  }

  /// Whether the nodes are as many as the shift says, and fit in 16 bits.
  var isLaidOut: Bool {
    (1...15).contains(shift) && nodes.count == (65536 >> shift) + 1
      && nodes.allSatisfy { (-32768...32767).contains($0) }
  }

  /// What makes a table inadmissible: a gain above `2^shift`, a node below the one before it or too far above it.
  func inadmissibleNode(ofLayer layer: Int) -> InadmissibleRow? {
    func problem(_ node: Int, _ quantity: String, _ value: Int, _ bound: Int) -> InadmissibleRow {
      InadmissibleRow(layer: layer, row: node, quantity: quantity, value: value, bound: bound)
    }
    if gain > 1 << shift { return problem(0, "gain of the table", gain, 1 << shift) }
    for (node, (first, second)) in zip(nodes, nodes.dropFirst()).enumerated() {
      if first > second { return problem(node, "node of the table", first, second) }
      if second - first > gain { return problem(node, "rise of the table", second - first, gain) }
    }
    return nil
  }
}
