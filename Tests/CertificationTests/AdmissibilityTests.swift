import Claims
import Integers
import Certification
import TestSupport
import Testing

@Suite("Admissibility")
struct AdmissibilityTests {
  static func layer(_ weights: [[Int16]], _ biases: [Int32], shift: Int, bound: Int) -> IntegerLayer {
    IntegerLayer(
      rows: weights.count, columns: weights[0].count, weights: weights.flatMap { $0 }, biases: biases,
      shift: shift, activation: .identity, rowSumBound: bound, isSparse: false)
  }

  /// The payload of an `InadmissibleRow`.
  struct Row: Equatable {
    var layer: Int
    var row: Int
    var quantity: String
    var value: Int
    var bound: Int
  }

  /// What the initializer throws, or nil.
  static func problem(_ layers: [IntegerLayer]) -> Row? {
    do {
      _ = try IntegerNetwork(layers: layers, unit: 1, inputMinimum: -1, inputMaximum: 1)
      return nil
    } catch {
      let row = Row(
        layer: error.layer, row: error.row, quantity: error.quantity, value: error.value, bound: error.bound)
      #expect(
        error.description
          == "layer \(row.layer) row \(row.row): \(row.quantity) \(row.value) > \(row.bound)")
      return row
    }
  }

  @Test func `A row sum above the bound is named with its place, value and bound`() {
    let good = Self.layer([[3, -4], [0, 7]], [0, 0], shift: 2, bound: 7)
    #expect(Self.problem([good]) == nil)
    let bad = Self.layer([[3, -4], [1, -7]], [0, 0], shift: 2, bound: 7)
    #expect(
      Self.problem([good, bad])
        == Row(layer: 1, row: 1, quantity: "row sum", value: 8, bound: 7))
    #expect(
      Self.problem([bad, good]) == Row(layer: 0, row: 1, quantity: "row sum", value: 8, bound: 7))
  }

  @Test(arguments: [0, 1, 2, 14, 15])
  func `The overflow bound holds with equality and not one beyond, for either sign`(shift: Int) {
    for rowSum in [0, 1, 32768, 65535] {
      let row: [Int16] = rowSum <= 32768 ? [Int16(-rowSum), 0] : [-32768, Int16(rowSum - 32768)]
      let limit = 2_147_483_647 - 32768 * rowSum - (1 << shift) / 2
      for sign in [1, -1] {
        #expect(
          Self.problem([Self.layer([[0, 0], row], [0, Int32(sign * limit)], shift: shift, bound: 65535)])
            == nil)
        let beyond = sign * (limit + 1)
        guard beyond <= Int(Int32.max) else { continue }
        #expect(
          Self.problem([Self.layer([[0, 0], row], [0, Int32(beyond)], shift: shift, bound: 65535)])
            == Row(
              layer: 0, row: 1, quantity: "2^15·R + |b| + 2^(shift-1)", value: 2_147_483_648,
              bound: 2_147_483_647))
      }
    }
  }

  @Test func `A row sum of 65536 can never be admissible`() {
    let layer = Self.layer([[-32768, -32768]], [0], shift: 0, bound: 1 << 30)
    #expect(
      Self.problem([layer])
        == Row(
          layer: 0, row: 0, quantity: "2^15·R + |b| + 2^(shift-1)", value: 2_147_483_648, bound: 2_147_483_647
        ))
  }

  @Test func `The least Int32 as a bias does not overflow the check`() {
    #expect(
      Self.problem([Self.layer([[0]], [.min], shift: 0, bound: 0)])
        == Row(
          layer: 0, row: 0, quantity: "2^15·R + |b| + 2^(shift-1)", value: 2_147_483_648, bound: 2_147_483_647
        ))
  }
}
