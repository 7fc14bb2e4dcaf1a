import Claims
import Certification
import Header
import Integers
import TestSupport
import Testing

@Suite("Tables of activations in headers")
struct HeaderTableTests {
  /// A valid model 2 → 3 → 2 with each of the tables of the tests.
  static func models() throws -> [ModelClaims] {
    try IntegerActivation.allCases.filter { $0.table != nil }.map { activation in
      let network = try IntegerNetwork(
        layers: [
          IntegerLayer(
            rows: 3, columns: 2, weights: [900, -700, 300, 20, -5, 1000], biases: [40_000, -7, 0], shift: 10,
            activation: activation, rowSumBound: 1600, isSparse: false),
          IntegerLayer(
            rows: 2, columns: 3, weights: [300, -200, 7, -100, 250, 90], biases: [5, -5], shift: 8,
            activation: .identity, rowSumBound: 507, isSparse: false),
        ], unit: 32640, inputMinimum: -32768, inputMaximum: 32767)
      return try ModelClaims(
        stating: network, name: "digits", features: [ModelClaims.imageFeature],
        golden: [[0, 0], [-32768, 32767], [12_000, -700], [30_000, 30_000]])
    }
  }

  /// A change of the table of the first layer.
  typealias Change = @Sendable (inout TableClaims) -> Void

  private static func changed(_ model: ModelClaims, _ change: Change) -> ModelClaims {
    var model = model
    guard var table = model.layers[0].activation.table else { return model }
    change(&table)
    model.layers[0].activation = .smooth(table)
    return model
  }

  @Test func `are written, read and verified`() throws {
    for model in try Self.models() {
      let text = headerText(of: model)
      #expect(try parseHeader(text, path: "digits.h").claims == model)
      #expect(HeaderVerificationTests.complaints(text) == [])
    }
  }

  private static let edits: [(String, String, Change)] = [
    (
      "CRC-32", "", { table in table.nodes = table.nodes.map { $0 + (table.nodes.contains(32767) ? -1 : 1) } }
    ),
    ("outside 0…", "a node of the table falls, or rises", { $0.nodes[5] = $0.nodes[6] + 1 }),
    ("outside 0…", "a node of the table falls, or rises", { $0.nodes[5] = $0.nodes[4] - 1 }),
    ("outside -32768…32767", "a node of the table falls, or rises", { $0.nodes[0] = -32769 }),
    ("outside -32768…32767", "a node of the table falls, or rises", { $0.nodes[$0.nodes.count - 1] = 32768 }),
    ("outside 0…", "a node of the table falls, or rises", { $0.gain -= 1 }),
    ("too few nodes for the slope", "too few nodes for the slope", { $0.gain = (1 << $0.shift) + 1 }),
    ("too few nodes for the slope", "too few nodes for the slope", { $0.gain = -1 }),
    ("table shift 16 outside 1…15", "too few nodes for the slope", { $0.shift = 16 }),
    ("table shift 0 outside 1…15", "too few nodes for the slope", { $0.shift = 0 }),
    ("number of table nodes", "number of table nodes", { $0.nodes.append($0.nodes[$0.nodes.count - 1]) }),
  ]

  @Test func `with any number changed are refused by verification`() throws {
    for model in try Self.models() {
      for (problem, _, change) in Self.edits {
        let complaints = HeaderVerificationTests.complaints(headerText(of: Self.changed(model, change)))
        #expect(complaints.contains { $0.contains(problem) }, "\(problem): \(complaints)")
      }
    }
  }

  @Test func `that fall, rise too fast or are too short do not compile`() throws {
    for model in try Self.models() {
      for refusal in try HeaderProofTests.refusals(headerText(of: model), by: HeaderProofTests.everyone) {
        #expect(refusal == nil)
      }
      for (_, message, change) in Self.edits where !message.isEmpty {
        try HeaderProofTests.expectRefusal("digits.h: layer 0: \(message)", in: Self.changed(model, change)) {
          _ in
        }
      }
    }
  }
}
