internal import Claims
public import Integers

/// How far a value of a network can move, as a walk from the inputs to the outputs carries it along.
///
/// One walk serves the deviation at a radius, a bound for every radius and the slope for one input: they differ in the
/// numbers only. Round-half-up is monotone and commutes with adding multiples of `2^shift`, a maximum moves no further
/// than its candidates do, and every activation is nonexpansive, so each step holds with the rounding included. A table
/// is a layer of one weight, its gain, as far as moves go.
package protocol Deviation {
  /// What does not move.
  static var none: Self { get }
  /// How far a sum of two values moves.
  static func + (first: Self, second: Self) -> Self
  /// How far a multiple of a value moves; weights are 0 … 65535.
  func multiplied(by weight: Int) -> Self
  /// What neither of two moves by more than.
  static func larger(_ first: Self, _ second: Self) -> Self
  /// How far `(accumulator + 2^(shift-1)) >> shift` moves when the accumulator moves as far as this.
  func requantized(shift: Int) -> Self
}

/// A deviation in whole LSB, `ceil(N / 2^shift)` after each layer, cut where nothing can move further.
private protocol WholeDeviation: Deviation {
  init(lsb: Int)
  var lsb: Int { get }
  static var cut: Int { get }
}

extension WholeDeviation {
  static var none: Self { Self(lsb: 0) }
  static func + (first: Self, second: Self) -> Self { Self(lsb: first.lsb + second.lsb) }
  func multiplied(by weight: Int) -> Self { Self(lsb: lsb * weight) }
  static func larger(_ first: Self, _ second: Self) -> Self { Self(lsb: max(first.lsb, second.lsb)) }
  func requantized(shift: Int) -> Self { Self(lsb: min((lsb + (1 << shift) - 1) >> shift, Self.cut)) }
}

/// The deviation of a value when every input moves by at most a radius.
///
/// Values are `Int16`, so nothing moves by more than 65535, and `Σ|w|·δ ≤ 65535·2^15·65535 < 2^63`.
struct RadiusDeviation: WholeDeviation {
  let lsb: Int
  static let cut = 65535
}

/// The deviation of a value for each LSB of one input: when that moves by t, the value moves by at most `lsb·t`, because
/// `ceil(α·t / 2^f) ≤ ceil(α / 2^f)·t` for whole t.
///
/// Any cut of at least 65535 is sound, because no `Int16` moves by more than that. Rows sum to at most 65535 < 2^16 and
/// the differences of two to less than 2^17, so with this one every sum stays below 2^62.
struct SlopeDeviation: WholeDeviation {
  let lsb: Int
  static let cut = 1 << 45
}

extension IntegerNetwork {
  /// How far what the last layer reads moves, one for each of its columns.
  ///
  /// - Parameter inputs: how far each input moves.
  /// - Complexity: O(weights).
  func walk<Value: Deviation>(from inputs: [Value]) -> [Value] {
    let hidden = layers.dropLast().reduce(inputs) { values, layer in
      layer.activation.deviations(layer.certified.outputDeviations(values))
    }
    return lastColumns(hidden: hidden, inputs: inputs)
  }

  /// How far the inputs of the last layer can move when every input moves by at most `deviation` LSB:
  /// `δ_r = ceil(Σ|w_rc|·δ_c / 2^shift)` in every hidden layer, of a maximum, of maxMin and of sort the largest δ.
  ///
  /// - Complexity: O(weights).
  public func deviations(within deviation: Int) -> [Int] { columnDeviations(within: deviation).map(\.lsb) }

  private func columnDeviations(within deviation: Int) -> [RadiusDeviation] {
    walk(from: Array(repeating: RadiusDeviation(lsb: min(deviation, RadiusDeviation.cut)), count: inputs))
  }

  /// The margin deviations `M_jk(d) = Σ_c |w_jc - w_kc|·δ_c`, or `δ_j + δ_k` of maxima, row j and column k, in
  /// accumulator units.
  ///
  /// An answer c is certified at d when `logit_c - logit_j > M_cj(d)` for all other j, strictly.
  /// - Complexity: O(weights + outputs² · columns of the last layer).
  public func marginDeviations(within deviation: Int) -> [[Int]] {
    let columns = columnDeviations(within: deviation)
    return (0..<outputs).map { first in
      (0..<outputs).map { second in
        first == second ? 0 : last.certified.differenceDeviation(first, second, columns).lsb
      }
    }
  }
}

extension IntegerActivation {
  /// How far the outputs move: as far as any input that can reach them, behind a table `ceil(G·δ / 2^k)`.
  func deviations<Value: Deviation>(_ inputs: [Value]) -> [Value] {
    switch self {
    case .identity, .relu, .abs, .negate:
      return inputs
    case .maxMin:
      var result = inputs
      for index in stride(from: 0, to: inputs.count - 1, by: 2) {
        result[index] = Value.larger(inputs[index], inputs[index + 1])
        result[index + 1] = result[index]
      }
      return result
    case .sort:
      return Array(repeating: inputs.reduce(.none, Value.larger), count: inputs.count)
    case .smooth(let table):
      return inputs.map { $0.multiplied(by: table.gain).requantized(shift: table.shift) }
    }
  }
}
