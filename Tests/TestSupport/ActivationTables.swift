package import Claims
internal import Foundation

extension IntegerActivation {
  /// Every activation, with two tables: of the logistic function, and one as uneven as a table may be.
  package static let allCases = plain + [.smooth(logistic), .smooth(uneven)]

  private static let logistic = TableClaims(
    shift: 9,
    nodes: stride(from: -32768, through: 32768, by: 512).map { x in
      Int((4096 / (1 + exp(-Double(x) / 4096))).rounded())
    })

  private static let uneven: TableClaims = {
    let rises = [4096, 0, 1, 4095, 3000, 0, 0, 2500, 4096, 100, 4000, 7, 0, 4096, 1, 3]
    return TableClaims(shift: 12, nodes: rises.reduce(into: [-20_000]) { $0.append($0[$0.count - 1] + $1) })
  }()
}
