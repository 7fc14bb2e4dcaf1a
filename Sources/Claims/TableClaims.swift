/// A smooth activation such as tanh as a table of nodes, with straight lines between them.
///
/// Node i stands at `x = -32768 + i·2^shift`. With `i = (x + 32768) >> shift` and the rest r an output is
/// `T[i] + (((T[i+1] - T[i])·r + 2^(shift-1)) >> shift)`: a piecewise linear function that never falls, rounded half up.
/// Where no node exceeds the one before it by more than G, inputs at most d apart give outputs at most
/// `ceil(G·d / 2^shift)` apart.
public struct TableClaims: Equatable, Sendable {
  /// There is a node every `2^shift` LSB, 1 … 15.
  public package(set) var shift: Int
  /// G, at most `2^shift`.
  public package(set) var gain: Int
  /// `2^(16-shift) + 1` values, from the least input's to that of 32768.
  public package(set) var nodes: [Int]

  /// Creates claims; nothing is checked.
  public init(shift: Int, gain: Int, nodes: [Int]) {
    self.shift = shift
    self.gain = gain
    self.nodes = nodes
  }

  /// Nodes with the least gain that they have: the largest difference of neighbors.
  public init(shift: Int, nodes: [Int]) {
    let rises = zip(nodes, nodes.dropFirst()).map { $1 - $0 }
    self.init(shift: shift, gain: rises.max() ?? 0, nodes: nodes)
  }
}
