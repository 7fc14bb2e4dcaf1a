import Claims
import Integers
import Certification
import Foundation
import Files
import TestSupport
import Testing

/// What the header tests are made from: random networks with everything that a header states about them.
struct HeaderModels: RandomNumberGenerator {
  private var generator = TestRandom()

  mutating func next() -> UInt64 { generator.next() }

  mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

  mutating func pick<Element>(_ elements: [Element]) -> Element { elements[int(0...elements.count - 1)] }

  /// A row whose sum of magnitudes is `sum`, in as many columns as it takes.
  mutating func row(columns: Int, sum: Int) -> [Int16] {
    var weights = [Int16](repeating: 0, count: columns)
    var rest = sum
    let order = Array(0..<columns).shuffled(using: &self)
    for (index, column) in order.enumerated() where rest > 0 {
      let isLast = index == columns - 1
      let magnitude = isLast ? min(rest, 32767) : min(int(0...rest), 32768)
      rest -= magnitude
      weights[column] = Int16(magnitude == 32768 || next() % 2 == 0 ? -magnitude : magnitude)
    }
    return weights
  }

  /// A layer within its bounds, often exactly at them.
  ///
  /// - Parameter bound: on the row sums, at most 65535; random when nil.
  mutating func layer(
    rows: Int, columns: Int, isSparse: Bool, activation: IntegerActivation, shift: Int? = nil,
    bound: Int? = nil
  ) -> IntegerLayer {
    let shift = shift ?? int(0...15)
    let half = (1 << shift) / 2
    // 2^15·bound + half must leave room for a bias of 0.
    let bound = bound ?? pick([1, 32768, (2_147_483_647 - half) / 32768, int(1...65534)])
    let room = 2_147_483_647 - half - 32768 * bound
    var weights: [Int16] = []
    var biases: [Int32] = []
    for row in 0..<rows {
      // The first row has an entry even at the bound 1: a sparse layer stores at least one.
      weights += self.row(columns: columns, sum: row == 0 ? bound : pick([0, 1, bound, int(0...bound)]))
      biases.append(
        Int32(pick([0, room, -room, int(-room...room), int(-1000...1000)].filter { abs($0) <= room })))
    }
    return IntegerLayer(
      rows: rows, columns: columns, weights: weights, biases: biases, shift: shift, activation: activation,
      rowSumBound: bound, isSparse: isSparse)
  }

  /// A network of random shape, kinds, storage, activations and input range.
  mutating func network(outputs: Int? = nil) throws -> IntegerNetwork {
    let kinds: [LayerKind] = pick([[.dense, .sparse], [.maxPlus], [.dense, .sparse, .maxPlus]])
    let inputs = pick([int(1...9), int(1...9), kinds == [.maxPlus] ? int(250...1030) : 5])
    let widths = [inputs] + (0..<int(0...3)).map { _ in int(1...12) } + [outputs ?? int(1...5)]
    var layers = zip(widths, widths.dropFirst()).enumerated().map { index, width in
      let kind = pick(kinds)
      let isLast = index == widths.count - 2
      if kind == .maxPlus {
        return generator.maxPlusLayer(
          rows: width.1, columns: width.0,
          activation: pick(isLast ? [.identity, .negate] : Array(IntegerActivation.allCases)))
      }
      return layer(
        rows: width.1, columns: width.0, isSparse: kind == .sparse,
        activation: isLast ? .identity : pick(Array(IntegerActivation.allCases)))
    }
    var residualInputs: [Int] = []
    if layers.count > 1, layers[layers.count - 1].kind != .maxPlus, next() % 2 == 0 {
      residualInputs = (0..<widths[0]).filter { _ in next() % 2 == 0 }
      let last = layers.count - 1
      layers[last] = layer(
        rows: layers[last].rows, columns: layers[last].columns + residualInputs.count,
        isSparse: layers[last].isSparse, activation: .identity)
    }
    let range = pick([(-32768, 32767), (0, 32640), (-32768, -1), (-5, -5), (int(-32768...0), int(1...32767))])
    return try IntegerNetwork(
      layers: layers, unit: pick([1, 32640, 32768, int(1...32768)]), inputMinimum: range.0,
      inputMaximum: range.1, residualInputs: residualInputs,
      task: next() % 3 == 0 ? .regression : .classification)
  }

  /// Names that text formats easily spoil.
  static let oddNames = [
    "plain", "", "quote \" and '", "back\\slash", "trigraphs ??/ ??= ??'", "été ж \u{1F600}",
    "two\nlines\r\n",
    "tab\t, bell \u{7}1, delete \u{7F}7", "/* no comment */ // either", "%d %s \\n \\\"", "end \\",
    "W(1) #define",
    "\u{1}2", "?", "e\u{301}",
  ]

  /// Everything a header states about a network.
  mutating func claims(_ network: IntegerNetwork, name: String = "digits") throws -> ModelClaims {
    let range = network.inputMinimum...network.inputMaximum
    let inputs = (0..<5).map { index in
      (0..<network.inputs).map { _ in
        Int16(index == 0 ? range.lowerBound : index == 1 ? range.upperBound : int(range))
      }
    }
    let features = (0..<(next() % 2 == 0 ? 1 : network.inputs)).map { _ in feature(unit: network.unit) }
    let names = Self.oddNames
    return try ModelClaims(
      stating: network, name: name, features: features,
      featureNames: next() % 2 == 0 ? [] : (0..<network.inputs).map { _ in pick(names) },
      classNames: next() % 2 == 0 ? [] : (0..<network.outputs).map { _ in pick(names) }, golden: inputs)
  }

  /// The claims of a random network.
  mutating func claims(outputs: Int? = nil, name: String = "digits") throws -> ModelClaims {
    try claims(network(outputs: outputs), name: name)
  }

  /// An input map with odd numbers in it: of readings or, one in four, of none.
  private mutating func feature(unit: Int) -> FeatureClaims {
    let scale = pick([1, 1.0 / 255, 1.0 / 3, 1e-9, Double(int(1...1_000_000)) / 999_983])
    let offset = pick([0, -0.0, 0.1, -1e-300, Double(int(-1000...1000)) / 7])
    let slope = scale * Double(unit)
    // Too flat a map has no multiplier that is fine enough.
    if next() % 4 == 0 || slope * 0x1p31 < 0x1p18 {
      return FeatureClaims(hostOnlyOffset: offset, scale: scale, tolerance: (1 / slope).nextDown.nextDown)
    }
    let shift = (0...31).last { slope * Double(1 << $0) < 0x1p31 } ?? 0
    let power = Double(1 << shift)
    let multiplier = (slope * power).rounded()
    let addend = (offset.rounded() - offset) * multiplier + (shift > 0 ? power / 2 : 0)
    return FeatureClaims(
      offset: offset, scale: scale, origin: Int(offset.rounded()), multiplier: Int(multiplier),
      addend: Int(addend.rounded()), shift: shift,
      tolerance: min(1 / slope, power / multiplier).nextDown.nextDown)
  }
}
