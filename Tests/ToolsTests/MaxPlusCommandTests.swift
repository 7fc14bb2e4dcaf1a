import Header
import Integers
import Claims
import Certification
import Files
import TestSupport
import Testing

/// The commands on headers with max-plus layers.
@Suite("Commands on max-plus networks")
struct MaxPlusCommandTests {
  /// A header of a wide max-plus layer of halfwords, and of a negated one of bytes.
  static func claims() throws -> ModelClaims {
    var random = TestRandom("max-plus commands")
    let entries = (0..<4).map { _ in
      (0..<40).map { _ in
        let isNegated = random.oneIn(2)
        let center = random.integer(0...255)
        return MaxPlusEntry(
          column: random.integer(0...599), isNegated: isNegated, offset: isNegated ? center : -center)
      }
    }
    let network = try IntegerNetwork(
      layers: [
        IntegerLayer(
          columns: 600,
          // A value of its own below all, or the range of what comes would not fit in a byte.
          entries: entries.map { $0 + [MaxPlusEntry(column: 0, isNegated: false, offset: 0)] },
          activation: .abs),
        IntegerLayer(
          columns: 4,
          entries: (0..<3).map { row in
            [
              MaxPlusEntry(column: row, isNegated: false, offset: -300),
              MaxPlusEntry(column: 3, isNegated: true, offset: 100 * row),
            ]
          }, activation: .negate),
      ], unit: 255, inputMinimum: 0, inputMaximum: 255)
    return try ModelClaims(
      stating: network, name: "distance", features: [ModelClaims.imageFeature(unit: 255)],
      golden: (0..<4).map { _ in random.input(of: network) })
  }

  @Test func `verify prints kind, stored entries and parameter bytes of each layer, and holds`() throws {
    let folder = try TestFolder()
    let claims = try Self.claims()
    try folder.write(headerText(of: claims), as: "distance.h")
    let result = try folder.supnorm(["verify", "distance.h", "--json"])
    #expect(result.status == 0, "\(result.output) \(result.errorOutput)")
    let json = try result.json()
    let layers = try #require(json["layers"] as? [[String: Any]])
    #expect(layers.map { $0["kind"] as? String } == ["maxPlus", "maxPlus"])
    let entries = claims.layers.map { $0.entries.reduce(0) { $0 + $1.count } }
    #expect(layers.map { $0["entries"] as? Int } == entries)
    // Two bytes an entry, a count and a potential a row.
    #expect(claims.layers.map(\.layout) == [2, 1])
    let bytes = [2 * entries[0] + 6 * 4, 2 * entries[1] + 6 * 3]
    #expect(layers.map { $0["parameterBytes"] as? Int } == bytes)
    #expect(json["parameterBytes"] as? Int == bytes[0] + bytes[1])
    #expect(layers.map { $0["gain"] as? Double } == [1, 1] && json["lipschitz"] as? Double == 1)
    #expect(
      try folder.supnorm(["verify", "distance.h"]).output.contains("parameters: \(bytes[0] + bytes[1]) bytes")
    )
  }

  @Test func `verify names layer, row, column and bound of an entry that does not fit`() throws {
    let folder = try TestFolder()
    var claims = try Self.claims()
    let second = claims.layers[0].entries[2][1]
    claims.layers[0].entries[2][1].step = 32
    claims.layers[1].entries[1][0].step = 1
    claims.layers[1].entries[2] = []
    try folder.write(headerText(of: claims), as: "distance.h")
    let result = try folder.supnorm(["verify", "distance.h"])
    #expect(result.status == 1)
    let width = claims.layers[1].inputMaximum - claims.layers[1].inputMinimum
    for line in [
      "distance.h: layer 0 row 2 column \(second.column): step 32 outside 0…31",
      "distance.h: layer 1 row 1 column \(claims.layers[1].entries[1][0].column): step 1 outside 0…0",
      "distance.h: layer 1 row 2: steps add up to 0 < \(width)",
    ] {
      #expect(result.output.contains(line), "\(result.output) misses: \(line)")
    }
  }

  @Test func `Predict's global radius is half the margin`() throws {
    let folder = try TestFolder()
    let claims = try Self.claims()
    try folder.write(headerText(of: claims), as: "distance.h")
    let rows = claims.golden.map { $0.input.map { "\($0)" }.joined(separator: ",") }
    try folder.write(rows.joined(separator: "\n"), as: "raw.csv")
    let result = try folder.supnorm(["predict", "distance.h", "--input", "raw.csv", "--raw", "--json"])
    #expect(result.status == 0, "\(result.errorOutput)")
    let predictions = try #require(try result.json()["predictions"] as? [[String: Any]])
    #expect(predictions.count == 4)
    for (prediction, golden) in zip(predictions, claims.golden) {
      let logits = try #require(prediction["logits"] as? [Int])
      #expect(logits == golden.logits)
      let sorted = logits.sorted(by: >)
      #expect(prediction["globalRadiusLSB"] as? Int == max((sorted[0] - sorted[1] - 1) / 2, 0))
      #expect(prediction["localRadiusLSB"] as? Int == max(golden.localRadiusLSB, 0))
    }
  }
}
