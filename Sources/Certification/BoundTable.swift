/// A bound on a change: `slope·d + offset` accumulator units for inputs at most d LSB apart, for every d ≥ 0.
///
/// Of a pair of classes it bounds their margin deviation `M_jk(d)`, of an output of a regression its own change. A
/// bound that does not fit in 32 bits is saturated, which leaves no positive radius and no output bound.
public struct ChangeBound: Equatable, Sendable {
  /// A, in accumulator units for each LSB.
  public var slope: UInt32
  /// B, in accumulator units.
  public var offset: UInt32

  /// Creates a bound.
  public init(slope: UInt32, offset: UInt32) {
    self.slope = slope
    self.offset = offset
  }
}

/// A bound `δ(d) ≤ (slope·d + offset) / 2^24` on how far one value moves.
///
/// Slopes and offsets are integers, every step rounds up, and both saturate far above any bound of use.
private struct AffineBound {
  var slope: UInt64
  var offset: UInt64

  static let fractionBits: UInt64 = 24
  static let one: UInt64 = 1 << fractionBits
  static let ceiling: UInt64 = 1 << 62

  /// The deviation at which two valid bounds are compared to keep the better: 1024 LSB, 1/32 of a unit.
  static let reference: UInt64 = 1024

  var atReference: UInt64 { Self.sum(Self.product(slope, Self.reference), offset) }

  static func sum(_ first: UInt64, _ second: UInt64) -> UInt64 { min(first + second, ceiling) }

  static func product(_ first: UInt64, _ second: UInt64) -> UInt64 {
    let (value, overflow) = first.multipliedReportingOverflow(by: second)
    return overflow ? ceiling : min(value, ceiling)
  }

  /// `ceil(value / 2^bits)`; what has saturated stays saturated.
  static func ceilingShift(_ value: UInt64, _ bits: UInt64) -> UInt64 {
    value >= ceiling ? ceiling : (value + (1 << bits) - 1) >> bits
  }

  /// `value` rounded up to a multiple of `one`.
  static func roundedToOne(_ value: UInt64) -> UInt64 {
    value >= ceiling ? ceiling : ceilingShift(value, fractionBits) << fractionBits
  }

  /// `Σ weight·bound`, exact or saturated.
  static func combination(_ terms: some Sequence<(UInt64, AffineBound)>) -> AffineBound {
    terms.reduce(into: AffineBound(slope: 0, offset: 0)) { total, term in
      total.slope = sum(total.slope, product(term.0, term.1.slope))
      total.offset = sum(total.offset, product(term.0, term.1.offset))
    }
  }

  /// The larger slope and the larger offset of several bounds: a bound on each of them.
  static func largest(_ bounds: some Sequence<AffineBound>) -> AffineBound {
    bounds.reduce(AffineBound(slope: 0, offset: 0), larger)
  }

  /// Whole accumulator units, rounded up and cut at 32 bits.
  var roundedUp: ChangeBound {
    ChangeBound(
      slope: UInt32(clamping: Self.ceilingShift(slope, Self.fractionBits)),
      offset: UInt32(clamping: Self.ceilingShift(offset, Self.fractionBits)))
  }

  static func larger(_ first: AffineBound, _ second: AffineBound) -> AffineBound {
    AffineBound(slope: max(first.slope, second.slope), offset: max(first.offset, second.offset))
  }

  /// Bounds `ceil(N / 2^shift)` for an integer `N ≤ self`, by the better of two ways.
  ///
  /// Adding the rounding: `ceil(N / 2^f) ≤ N / 2^f + (2^f - 1) / 2^f`. Or rounding the coefficients up to whole
  /// numbers, `ceil(α·d + β) ≤ ceil(α)·d + ceil(β)`, which costs nothing where α is a whole number: that is the
  /// zero slack of a row with `R = 2^f`.
  func requantized(shift: UInt64) -> AffineBound {
    let rounding = Self.product((1 << shift) - 1, Self.one)
    let slack = AffineBound(
      slope: Self.ceilingShift(slope, shift),
      offset: Self.ceilingShift(Self.sum(offset, rounding), shift))
    let whole = AffineBound(
      slope: Self.roundedToOne(Self.ceilingShift(slope, shift)),
      offset: Self.roundedToOne(Self.ceilingShift(offset, shift)))
    return slack.atReference < whole.atReference ? slack : whole
  }
}

extension IntegerNetwork {
  /// The bounds of the header: of the pairs of classes, or of the outputs of a regression.
  ///
  /// Empty for a network of max-plus layers only, whose outputs move by at most d: slope 2 for every pair, 1 for every
  /// output, offset 0.
  public func boundTable() -> [ChangeBound] {
    if isMaxPlus { return [] }
    return switch task {
    case .classification: pairTable()
    case .regression: outputTable()
    }
  }

  /// The pair table of a classifier: for each pair j < k, in the order (0,1) (0,2) … (1,2) …, integers with
  /// `M_jk(d) ≤ slope·d + offset` for every d.
  ///
  /// Of a last max-plus layer that is the sum of the bounds of both rows.
  ///
  /// - Complexity: O(weights + outputs² · columns of the last layer).
  public func pairTable() -> [ChangeBound] {
    let bounds = lastColumnBounds()
    let last = layers[layers.count - 1]
    let moves = last.kind == .maxPlus ? last.rawBounds(bounds) : []
    var table: [ChangeBound] = []
    for first in 0..<outputs {
      for second in first + 1..<max(outputs, first + 1) {
        if last.kind == .maxPlus {
          table.append(AffineBound.combination([moves[first], moves[second]].map { (1, $0) }).roundedUp)
          continue
        }
        let differences = zip(last.row(first), last.row(second)).lazy.map {
          UInt64(abs(Int($0) - Int($1)))
        }
        table.append(AffineBound.combination(zip(differences, bounds)).roundedUp)
      }
    }
    return table
  }

  /// The output table of a regression: for each output, integers with `Σ|w_jc|·δ_c ≤ slope·d + offset` for every
  /// d, of a last max-plus layer the largest δ of the row's entries, and so `|y_j(x) - y_j(x')| ≤ slope·d + offset` accumulator units for inputs at most d apart.
  ///
  /// - Complexity: O(weights).
  public func outputTable() -> [ChangeBound] {
    layers[layers.count - 1].rawBounds(lastColumnBounds()).map(\.roundedUp)
  }

  /// A bound `(slope·d + offset) / 2^24` for each column of the last layer, in integers, rounded up at every layer as
  /// `AffineBound.requantized` says.
  private func lastColumnBounds() -> [AffineBound] {
    let inputBounds = Array(repeating: AffineBound(slope: AffineBound.one, offset: 0), count: inputs)
    var bounds = inputBounds
    for layer in layers.dropLast() {
      let raw = layer.rawBounds(bounds)
      // A maximum is not rounded.
      let settled = layer.kind == .maxPlus ? raw : raw.map { $0.requantized(shift: UInt64(layer.shift)) }
      bounds = layer.activation.mixed(settled, by: AffineBound.larger)
    }
    return lastColumns(hidden: bounds, inputs: inputBounds)
  }
}

extension IntegerLayer {
  /// A bound on how far each accumulator moves: `Σ|w_rc|·bound_c`, of a max-plus row the larger slope and the larger
  /// offset of those its entries read.
  fileprivate func rawBounds(_ bounds: [AffineBound]) -> [AffineBound] {
    switch kind {
    case .dense, .sparse:
      (0..<rows).map { AffineBound.combination(zip(row($0).lazy.map { UInt64($0.magnitude) }, bounds)) }
    case .maxPlus: entries.map { AffineBound.largest($0.lazy.map { bounds[$0.column] }) }
    }
  }
}
