import Certification
import Foundation
import TestSupport
import Testing

/// What `Tests/Proofs/check --write-vectors` writes: small networks with every number that Coq computes from the
/// definitions its theorems are about.
private struct ProofVectors: Decodable {
  var networks: [ProvedNetwork]
}

private struct ProvedNetwork: Decodable {
  var inputMinimum: Int
  var inputMaximum: Int
  /// The radii of `deviations` and `certified`.
  var radii: [Int]
  var layers: [ProvedLayer]
  /// Slope and offset of each pair.
  var pairs: [[UInt32]]
  /// For each radius, how far the inputs of the last layer can move.
  var deviations: [[Int]]
  var cases: [ProvedAnswer]

  func network() throws -> IntegerNetwork {
    try IntegerNetwork(
      layers: layers.map { try $0.layer() }, unit: 32768, inputMinimum: inputMinimum,
      inputMaximum: inputMaximum)
  }
}

private struct ProvedLayer: Decodable {
  var kind: String
  var rows: Int
  var columns: Int
  var shift: Int
  var activation: String
  /// Row-major, zeros included whatever the kind.
  var weights: [Int16]
  var biases: [Int32]
  var rowSumMax: Int

  func layer() throws -> IntegerLayer {
    let activation = try #require(IntegerActivation.allCases.first { "\($0)" == self.activation })
    try #require(kind == "dense" || kind == "sparse")
    return IntegerLayer(
      rows: rows, columns: columns, weights: weights, biases: biases, shift: shift, activation: activation,
      rowSumBound: rowSumMax, isSparse: kind == "sparse")
  }
}

private struct ProvedAnswer: Decodable {
  var input: [Int16]
  var logits: [Int32]
  /// The index of the largest logit, and the global radius.
  var `class`: Int
  var radius: Int
  /// -1 for none.
  var localRadius: Int
  /// For each class and each radius, whether interval bounds prove it.
  var certified: [[Bool]]
}

@Suite("Vectors of the proofs")
struct ProofVectorTests {
  private static func vectors() throws -> [ProvedNetwork] {
    let file = Checkout.root.appending(path: "Tests/Proofs/vectors.json")
    return try JSONDecoder().decode(ProofVectors.self, from: Data(contentsOf: file)).networks
  }

  @Test func `The kernels compute what Coq computes: logits, class, both radii, every verdict`() throws {
    var verdicts = (proved: 0, refused: 0)
    for proved in try Self.vectors() {
      let certified = try CertifiedNetwork(try proved.network())
      for expected in proved.cases {
        let answer = try certified.answer(to: expected.input)
        let place: Comment = "\(proved.layers) at \(expected.input)"
        #expect(answer.logits == expected.logits, place)
        #expect(answer.classIndex == expected.class, place)
        #expect(answer.globalRadiusLSB == expected.radius, place)
        let local = try certified.localRadius(of: expected.input, as: answer.classIndex)
        #expect(local ?? -1 == expected.localRadius, place)
        for (classIndex, row) in expected.certified.enumerated() {
          for (radius, isProved) in zip(proved.radii, row) {
            let verdict = try certified.isCertified(expected.input, as: classIndex, within: radius)
            #expect(verdict == isProved, "\(place), class \(classIndex) within \(radius)")
            if isProved { verdicts.proved += 1 } else { verdicts.refused += 1 }
          }
        }
      }
    }
    #expect(verdicts.proved > 500 && verdicts.refused > 500, "\(verdicts)")
  }

  @Test func `Pair tables and deviations are those that Coq computes`() throws {
    for proved in try Self.vectors() {
      let network = try proved.network()
      #expect(network.pairTable().map { [$0.slope, $0.offset] } == proved.pairs, "\(network)")
      #expect(proved.radii.map { network.deviations(within: $0) } == proved.deviations, "\(network)")
      #expect(network.layers.map { $0.rowSums.max() } == proved.layers.map(\.rowSumMax), "\(network)")
    }
  }

  @Test func `The vectors hold every activation, both storages, ties, saturation and refusals`() throws {
    let networks = try Self.vectors()
    let layers = networks.flatMap(\.layers)
    for activation in IntegerActivation.allCases {
      for shift in [0, 15] {
        #expect(layers.contains { $0.activation == "\(activation)" && $0.shift == shift }, "\(activation)")
      }
    }
    #expect(Set(layers.map(\.kind)) == ["dense", "sparse"])
    let cases = networks.flatMap(\.cases)
    #expect(cases.contains { answer in answer.logits.count { $0 == answer.logits.max() } > 1 })
    #expect(cases.contains { $0.logits.contains(.max) })
    #expect(cases.contains { $0.localRadius == -1 } && cases.contains { $0.localRadius == 65535 })
    #expect(networks.contains { $0.pairs.contains { $0.contains(.max) } })
  }
}
