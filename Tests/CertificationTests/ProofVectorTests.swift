import Claims
import Integers
import Certification
import Foundation
import TestSupport
import Testing

/// What `Tests/Proofs/check --write-vectors` writes: small networks with every number that Coq computes from the
/// definitions its theorems are about.
private struct ProofVectors: Decodable {
  var networks: [ProvedNetwork]
  var residualNetworks: [ProvedResidualNetwork]
  var maxPlusNetworks: [ProvedNetwork]
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
  /// Row-major, zeros included whatever the kind; none in a layer that has a max-plus row.
  var weights: [Int16]?
  var biases: [Int32]?
  var rowSumMax: Int?
  /// The rows of a layer that has a max-plus row.
  var mixedRows: [ProvedRow]?

  /// Whether all rows are of the layer's kind, as the kernels have it.
  var isUniform: Bool { mixedRows?.allSatisfy { $0.entries != nil } ?? true }

  func layer() throws -> IntegerLayer {
    let activation = try #require(IntegerActivation.plain.first { "\($0)" == self.activation })
    if let mixedRows {
      return IntegerLayer(
        columns: columns,
        entries: try mixedRows.map { row in
          try #require(row.entries).map {
            MaxPlusEntry(column: $0[0], isNegated: $0[1] == -1, offset: $0[2])
          }
        }, activation: activation)
    }
    try #require(kind == "dense" || kind == "sparse")
    return IntegerLayer(
      rows: rows, columns: columns, weights: try #require(weights), biases: try #require(biases),
      shift: shift,
      activation: activation, rowSumBound: try #require(rowSumMax), isSparse: kind == "sparse")
  }
}

/// Column, sign and offset of each entry; nil for another kind of row.
private struct ProvedRow: Decodable {
  var entries: [[Int]]?
}

/// What Coq computed of one input, whatever the network.
private protocol ProvedCase {
  var input: [Int16] { get }
  var logits: [Int32] { get }
  var `class`: Int { get }
  var radius: Int { get }
  var localRadius: Int { get }
  var certified: [[Bool]] { get }
}

private struct ProvedAnswer: ProvedCase, Decodable {
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

/// A network that may pass inputs on to its last layer, with the bounds of its outputs as numbers.
private struct ProvedResidualNetwork: Decodable {
  var inputMinimum: Int
  var inputMaximum: Int
  var radii: [Int]
  var layers: [ProvedLayer]
  var pairs: [[UInt32]]
  var deviations: [[Int]]
  var residualInputs: [Int]
  /// Slope and offset of each output.
  var outputBounds: [[UInt32]]
  /// For each radius, M_jk by row and column.
  var marginDeviations: [[[Int]]]
  /// For each output and input, 1 when raising the input never lowers the output, -1 when it never raises it.
  var directions: [[Int]]
  var cases: [ProvedBoundedAnswer]

  func network() throws -> IntegerNetwork {
    try IntegerNetwork(
      layers: layers.map { try $0.layer() }, unit: 32768, inputMinimum: inputMinimum,
      inputMaximum: inputMaximum, residualInputs: residualInputs)
  }
}

private struct ProvedBoundedAnswer: ProvedCase, Decodable {
  var input: [Int16]
  var logits: [Int32]
  var `class`: Int
  var radius: Int
  var localRadius: Int
  var certified: [[Bool]]
  /// For each radius, the answer when it is required, -1 to abstain.
  var answersAtRadii: [Int]
  /// For each radius, the least and greatest value of each output.
  var outputIntervals: [[[Int64]]]
}

@Suite("Vectors of the proofs")
struct ProofVectorTests {
  private static func document() throws -> ProofVectors {
    let file = Checkout.root.appending(path: "Tests/Proofs/vectors.json")
    return try JSONDecoder().decode(ProofVectors.self, from: Data(contentsOf: file))
  }

  private static func vectors() throws -> [ProvedNetwork] { try document().networks }

  private static func residualVectors() throws -> [ProvedResidualNetwork] { try document().residualNetworks }

  /// Logits, class, both radii and the verdict of every class at every radius.
  private static func expect(
    _ expected: some ProvedCase, of certified: CertifiedNetwork, radii: [Int]
  ) throws {
    let answer = try certified.answer(to: expected.input)
    let place: Comment = "\(certified.network) at \(expected.input)"
    #expect(answer.logits == expected.logits, place)
    #expect(answer.classIndex == expected.class, place)
    #expect(answer.globalRadiusLSB == expected.radius, place)
    let local = try certified.localRadius(of: expected.input, as: answer.classIndex)
    #expect(local ?? -1 == expected.localRadius, place)
    #expect(expected.certified.allSatisfy { $0.count == radii.count }, place)
    for (classIndex, row) in expected.certified.enumerated() {
      for (radius, isProved) in zip(radii, row) {
        let verdict = try certified.isCertified(expected.input, as: classIndex, within: radius)
        #expect(verdict == isProved, "\(place), class \(classIndex) within \(radius)")
      }
    }
  }

  @Test func `The kernels compute what Coq computes: logits, class, both radii, every verdict`() throws {
    var verdicts = (proved: 0, refused: 0)
    for proved in try Self.vectors() {
      let certified = try CertifiedNetwork(try proved.network())
      for expected in proved.cases {
        try Self.expect(expected, of: certified, radii: proved.radii)
        for isProved in expected.certified.joined() {
          if isProved { verdicts.proved += 1 } else { verdicts.refused += 1 }
        }
      }
    }
    #expect(verdicts.proved > 500 && verdicts.refused > 500, "\(verdicts)")
  }

  @Test func `Max-plus layers and hybrids answer as Coq computes, with the same tables`() throws {
    let all = try Self.document().maxPlusNetworks
    // A row of another kind among max-plus ones is more than a layer can state.
    let stated = all.filter { $0.layers.allSatisfy(\.isUniform) }
    #expect(stated.count >= 3 && all.count - stated.count == 1)
    #expect(stated.contains { $0.layers.allSatisfy { $0.kind == "maxPlus" } })
    for proved in stated {
      let network = try proved.network()
      let certified = try CertifiedNetwork(network)
      for expected in proved.cases { try Self.expect(expected, of: certified, radii: proved.radii) }
      #expect(network.pairTable().map { [$0.slope, $0.offset] } == proved.pairs, "\(network)")
      #expect(proved.radii.map { network.deviations(within: $0) } == proved.deviations, "\(network)")
    }
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
    for activation in IntegerActivation.plain {
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

  @Test func `Residual networks answer as Coq computes: class, both radii, verdicts, abstentions`() throws {
    var answers = (given: 0, withheld: 0)
    for proved in try Self.residualVectors() {
      let network = try proved.network()
      let certified = try CertifiedNetwork(network)
      for expected in proved.cases {
        try Self.expect(expected, of: certified, radii: proved.radii)
        for (radius, required) in zip(proved.radii, expected.answersAtRadii) {
          let given = try certified.answer(to: expected.input, within: radius)
          #expect(
            given?.classIndex ?? -1 == required, "\(network) at \(expected.input) within \(radius)")
          if given != nil { answers.given += 1 } else { answers.withheld += 1 }
        }
      }
    }
    #expect(answers.given > 100 && answers.withheld > 100, "\(answers)")
  }

  @Test func `Deviations, margins and tables of residual networks are those that Coq computes`() throws {
    for proved in try Self.residualVectors() {
      let network = try proved.network()
      #expect(network.pairTable().map { [$0.slope, $0.offset] } == proved.pairs, "\(network)")
      #expect(proved.radii.map { network.deviations(within: $0) } == proved.deviations, "\(network)")
      for (radius, margins) in zip(proved.radii, proved.marginDeviations) {
        #expect(network.marginDeviations(within: radius) == margins, "\(network)")
      }
      #expect(network.outputTable().map { [$0.slope, $0.offset] } == proved.outputBounds, "\(network)")
    }
  }

  @Test func `Outputs stay within the intervals and the table that Coq computes`() throws {
    for proved in try Self.residualVectors() {
      let network = try proved.network().changed(task: .regression)
      let certified = try CertifiedNetwork(network)
      let oracle = Oracle(network)
      let range = Int64(proved.inputMinimum)...Int64(proved.inputMaximum)
      for expected in proved.cases where expected.input.allSatisfy({ range.contains(Int64($0)) }) {
        let logits = oracle.logits(expected.input)
        for (radius, intervals) in zip(proved.radii, expected.outputIntervals) {
          let bounds = try certified.outputBounds(of: expected.input, within: radius)
          #expect(bounds?.map { [Int64($0.lowerBound), Int64($0.upperBound)] } == intervals, "\(network)")
          let inputBox = oracle.box(around: expected.input, radius: radius)
          // All inputs as far as the box goes, to either side.
          for corner in [inputBox.map(\.lowerBound), inputBox.map(\.upperBound)] {
            let moved = oracle.logits(corner.map { Int16($0) })
            for (row, interval) in intervals.enumerated() {
              #expect((interval[0]...interval[1]).contains(moved[row]), "\(network) at \(expected.input)")
              let bound = proved.outputBounds[row]
              guard !bound.contains(.max) else { continue }
              #expect(abs(moved[row] - logits[row]) <= Int64(bound[0]) * Int64(radius) + Int64(bound[1]))
            }
          }
        }
      }
    }
  }

  @Test func `Raising an input moves no output against the direction that Coq computes`() throws {
    var found: [Int: Int] = [:]
    for proved in try Self.residualVectors() {
      let network = try proved.network()
      let oracle = Oracle(network)
      for input in 0..<network.inputs {
        for (isIncreasing, direction) in [(true, 1), (false, -1)] {
          let isProved = proved.directions.allSatisfy { $0[input] == direction }
          let isMonotone = network.isMonotone(MonotoneInput(input: input, isIncreasing: isIncreasing))
          // Of no influence at all is monotone both ways, which one number cannot say.
          #expect(isMonotone == isProved || isMonotone && direction == -1, "\(network) \(input) \(direction)")
        }
      }
      for directions in proved.directions {
        for direction in directions { found[direction, default: 0] += 1 }
      }
      for expected in proved.cases {
        let logits = oracle.logits(expected.input)
        for index in expected.input.indices {
          for step: Int16 in [1, 2, 3, 100, 5000, 32767] {
            var raised = expected.input
            let (sum, overflow) = raised[index].addingReportingOverflow(step)
            raised[index] = overflow ? .max : sum
            for (row, moved) in oracle.logits(raised).enumerated() {
              let change = moved - logits[row]
              #expect(
                change * Int64(proved.directions[row][index]) >= 0, "\(expected.input), \(index) by \(step)")
            }
          }
        }
      }
    }
    #expect([1, -1, 0].allSatisfy { found[$0, default: 0] >= 5 }, "\(found)")
  }
}
