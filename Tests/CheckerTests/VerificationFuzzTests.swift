import Checker
import Claims
import Certification
import TestSupport
import Testing

@Suite("Checker: fuzz")
struct VerificationFuzzTests {
  static let absurd: [Int] = [
    .min, .min + 1, .max, .max - 1, 1 << 40, -(1 << 40), 1 << 62, 0, 1, -1, 2, 3, 15, 16, 63, 64, 65535,
    65536,
    -32768, -32769, 32767, 32768, 1 << 31, (1 << 31) - 1, -(1 << 31), -(1 << 31) - 1, 1 << 32, (1 << 32) - 1,
  ]

  /// Where all integers of claims are.
  static func fields(_ claims: ModelClaims) -> [WritableKeyPath<ModelClaims, Int>] {
    var fields: [WritableKeyPath<ModelClaims, Int>] = [
      \.formatVersion, \.unit, \.inputs, \.outputs, \.inputMinimum, \.inputMaximum, \.scratchBytes,
      \.inferScratchBytes, \.crc32, \.headCRC32, \.toleranceLSB,
    ]
    for layer in claims.layers.indices {
      fields += [
        \.layers[layer].rowCount, \.layers[layer].columns, \.layers[layer].shift, \.layers[layer].rowSumBound,
        \.layers[layer].layout, \.layers[layer].inputMinimum, \.layers[layer].inputMaximum,
      ]
      for row in claims.layers[layer].entries.indices {
        for entry in claims.layers[layer].entries[row].indices {
          fields += [
            \.layers[layer].entries[row][entry].column, \.layers[layer].entries[row][entry].sign,
            \.layers[layer].entries[row][entry].step,
          ]
        }
      }
      for row in claims.layers[layer].rows.indices {
        for entry in claims.layers[layer].rows[row].indices {
          fields += [
            \.layers[layer].rows[row][entry].column, \.layers[layer].rows[row][entry].weight,
          ]
        }
      }
      for row in claims.layers[layer].bases.indices { fields.append(\.layers[layer].bases[row]) }
      for row in claims.layers[layer].biases.indices { fields.append(\.layers[layer].biases[row]) }
    }
    for pair in claims.bounds.indices { fields += [\.bounds[pair].slope, \.bounds[pair].offset] }
    for feature in claims.features.indices {
      fields += [
        \.features[feature].base, \.features[feature].exponent, \.features[feature].origin,
        \.features[feature].multiplier, \.features[feature].addend, \.features[feature].shift,
      ]
    }
    for golden in claims.golden.indices {
      fields += [
        \.golden[golden].classIndex, \.golden[golden].radiusLSB, \.golden[golden].localRadiusLSB,
      ]
      for input in claims.golden[golden].input.indices { fields.append(\.golden[golden].input[input]) }
      for logit in claims.golden[golden].logits.indices { fields.append(\.golden[golden].logits[logit]) }
    }
    return fields
  }

  @Test func `Every absurd number in every field is survived, and refused unless everything still holds`()
    throws
  {
    var random = TestRandom()
    for network in random.networks(1, styles: [.small, .deep, .limit, .oneOutput, .zeroRows]) {
      let claims = try random.claims(of: network)
      for field in Self.fields(claims) {
        for value in Self.absurd {
          var changed = claims
          changed[keyPath: field] = value
          try expectSound(changed, of: claims, random)
        }
      }
    }
  }

  @Test func `Several random changes at once are survived, and refused unless everything still holds`() throws
  {
    var random = TestRandom()
    var refused = 0
    for network in random.networks(4, styles: NetworkStyle.allCases.filter { $0 != .wide }) {
      let claims = try random.claims(of: network)
      let fields = Self.fields(claims)
      for _ in 0..<150 {
        var changed = claims
        for _ in 0..<random.integer(1...4) {
          let field = random.element(of: fields)
          changed[keyPath: field] =
            random.oneIn(2)
            ? random.element(of: Self.absurd) : changed[keyPath: field] &+ random.integer(-2...2)
        }
        if random.oneIn(3) { reshape(&changed, &random) }
        try expectSound(changed, of: claims, random)
        if !verification(of: changed).isValid { refused += 1 }
      }
    }
    #expect(refused > 5_000, "\(refused); \(random)")
  }

  /// Accepted claims hold when derived once more; numbers that do not reach the network are equal to the true ones.
  private func expectSound(_ changed: ModelClaims, of claims: ModelClaims, _ random: TestRandom) throws {
    guard verification(of: changed).isValid else { return }
    #expect(try Rederivation.holds(changed), "\(changed); \(random)")
    #expect(changed.formatVersion == 6 && changed.features == claims.features, "\(changed); \(random)")
    // A unit that is off by a little is a true statement as long as the input maps are those of that unit.
    for feature in changed.features where feature.hasReadings {
      let power = (0..<feature.exponent).reduce(1.0) { product, _ in product * Double(feature.base) }
      let slope = feature.scale * Double(changed.unit) / power
      let multiplier = Double(feature.multiplier) / Double(1 << feature.shift)
      let width = Double(changed.inputMaximum - changed.inputMinimum)
      #expect(abs(multiplier - slope) * width <= slope * 1.000_001, "\(changed); \(random)")
      #expect(feature.tolerance * power * max(multiplier, slope) < 1 + 1e-12, "\(changed); \(random)")
    }
  }

  /// Makes lists shorter, longer or empty.
  private func reshape(_ claims: inout ModelClaims, _ random: inout TestRandom) {
    let layer = claims.layers.isEmpty ? nil : random.integer(0...claims.layers.count - 1)
    switch random.integer(0...10) {
    case 0: claims.layers = []
    case 1: claims.bounds = []
    case 2: claims.features = []
    case 3: claims.golden = []
    case 4: if let layer { claims.layers.remove(at: layer) }
    case 5: if let layer { claims.layers[layer].rows = [] }
    case 6: if let layer { claims.layers[layer].biases = [] }
    case 7: if let layer { claims.layers.insert(claims.layers[layer], at: layer) }
    case 8: claims.golden[0].input = []
    case 9: if let layer { claims.layers[layer].entries = [] }
    default: claims.golden[0].logits = []
    }
  }
}
