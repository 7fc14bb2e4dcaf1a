import Integers
import Checker
import Claims
import Certification
import TestSupport
import Testing

@Suite("Checker")
struct VerificationTests {
  @Test(arguments: NetworkStyle.allCases)
  func `True claims of every style of network are accepted`(style: NetworkStyle) throws {
    var random = TestRandom("true claims \(style)")
    for _ in 0..<(style == .wide ? 6 : 40) {
      let network = random.network(style)
      let claims = try random.claims(of: network)
      let found = verification(of: claims)
      #expect(found.problems == [], "\(network); \(random)")
      #expect(found.isValid == found.problems.isEmpty)
      let stated = network.statable.changed(task: claims.task)
      #expect(try claims.network() == stated, "claims give the network back; \(random)")
    }
  }

  @Test func `What it measures is what the network has`() throws {
    var random = TestRandom()
    for drawn in random.networks(5) {
      let network = drawn.statable
      let found = verification(of: try random.claims(of: network))
      #expect("\(found.lipschitzBound)" == "\(network.lipschitzBound)", "\(random)")
      #expect(found.layers.count == network.layers.count)
      for (measured, layer) in zip(found.layers, network.layers) {
        #expect(measured.kind == "\(layer.kind)")
        #expect(measured.entries == layer.storedCount && measured.parameterBytes == layer.parameterBytes)
        #expect(measured.rows == layer.rows && measured.columns == layer.columns)
        #expect(measured.shift == layer.shift && measured.rowSumBound == layer.rowSumBound)
        #expect(measured.rowSumMax == layer.rowSums.max())
        #expect("\(measured.gain)" == "\(layer.gain)" && measured.gain.roundedUp == layer.gain.roundedUp)
      }
    }
  }

  /// A valid header whose layer has one row of sum 32768 at shift 15.
  static func example() throws -> ModelClaims {
    var random = TestRandom()
    let layers = [
      IntegerLayer(
        rows: 2, columns: 2, weights: [20_000, -12_768, 5, 6], biases: [7, -8], shift: 15, activation: .relu,
        rowSumBound: 32768, isSparse: false),
      IntegerLayer(
        rows: 2, columns: 2, weights: [1, 0, 0, 2], biases: [0, 3], shift: 1, activation: .identity,
        rowSumBound: 2, isSparse: true),
    ]
    return try random.claims(
      of: IntegerNetwork(layers: layers, unit: 32640, inputMinimum: 0, inputMaximum: 32640))
  }

  @Test func `A problem names its place, its value and its bound`() throws {
    var claims = try Self.example()
    claims.layers[0].rows[1][0].weight = 32763
    claims.layers[0].biases[1] = 1 << 40
    let problems = verification(of: claims).problems
    #expect(problems.contains("layer 0 row 1: row sum 32769 > 32768"))
    #expect(problems.contains("layer 0 row 1: bias 1099511627776 outside -2147483648…2147483647"))
  }

  /// The header's compile-time proof is by layer: the bound of all rows with the largest bias.
  @Test func `A bound that is admissible row by row but not with the largest bias is refused`() throws {
    var claims = try Self.example()
    claims.layers[1].rowSumBound = 65536
    #expect(!verification(of: claims).isValid)
    claims.layers[1].rowSumBound = 65535
    claims.crc32 = Int(
      try CertifiedNetwork(
        claims.network(), features: claims.features, toleranceLSB: claims.toleranceLSB
      ).crc32)
    #expect(verification(of: claims).isValid)
    claims.layers[1].biases[1] = 32767
    #expect(verification(of: claims).problems.contains { $0.contains("2^15·bound + largest |b|") })
  }

  /// Few bytes of text would make a network of gigabytes.
  @Test func `Sparse layers whose weights would fill the memory are refused`() throws {
    var claims = try Self.example()
    claims.layers[0] = LayerClaims(
      kind: .sparse, rowCount: 65535, columns: 65535, shift: 0, activation: .relu, rowSumBound: 1,
      rows: Array(repeating: [], count: 65535), biases: Array(repeating: 0, count: 65535))
    let problem = "layer 0: rows · columns 4294836225 > 134217728, too large to load"
    #expect(verification(of: claims).problems.contains(problem))
    let columns = "layer 0: columns 65535 > 32767, too many for a sparse layer"
    #expect(verification(of: claims).problems.contains(columns))
    claims.layers[0].columns = 2
    #expect(!verification(of: claims).problems.contains { $0.contains("too large") })
  }
}
