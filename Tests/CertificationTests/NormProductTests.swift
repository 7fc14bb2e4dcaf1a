import Claims
import Integers
import TestSupport
import Testing
import Certification

@Suite("Products of norms")
struct NormProductTests {
  /// n equal rows of weight 1 at shift 1, and their sum.
  static func halves(_ count: Int) throws -> IntegerNetwork {
    try IntegerNetwork(
      layers: [
        IntegerLayer(
          rows: count, columns: 1, weights: Array(repeating: 1, count: count),
          biases: Array(repeating: 0, count: count),
          shift: 1, activation: .identity, rowSumBound: 1, isSparse: false),
        IntegerLayer(
          rows: 2, columns: count, weights: (0..<2 * count).map { $0 < count ? 1 : 0 }, biases: [0, 0],
          shift: 0,
          activation: .identity, rowSumBound: count, isSparse: false),
      ], unit: 1, inputMinimum: -32768, inputMaximum: 32767)
  }

  @Test func `Without what rounding adds the bound would be false, and with it it is attained`() throws {
    for count in [1, 4, 9, 100] {
      let network = try Self.halves(count)
      let oracle = Oracle(network)
      // (0 + 1) >> 1 = 0 and (1 + 1) >> 1 = 1: every row moves by a whole LSB where its weight says half of one.
      let change = oracle.logits([1])[0] - oracle.logits([0])[0]
      #expect(change == Int64(count))
      for norm in BallNorm.allCases {
        let bound = NormProduct(network, norm)
        #expect(!(UpperBound(count) <= bound.slope), "\(count) \(norm)")
        #expect(UpperBound(count) <= bound.slope.adding(bound.offset), "\(count) \(norm)")
        #expect(bound.slope.adding(bound.offset).roundedUp < Double(count) * 1.001)
      }
    }
  }

  @Test(arguments: BallNorm.allCases)
  func `No pair of inputs is farther apart in the logits than the bound says`(norm: BallNorm) throws {
    var random = TestRandom("norm product \(norm)")
    var tight = 0
    for network in random.networks(4) {
      let bound = NormProduct(network, norm)
      let (slope, offset, oracle) = (bound.slope, bound.offset, Oracle(network))
      for _ in 0..<20 {
        let first = random.input(of: network)
        let reach = random.element(of: [1, 3, 100, 65535])
        let second = first.map {
          Int16(clamping: Int($0) + (random.oneIn(2) ? random.integer(-reach...reach) : 0))
        }
        let moves = zip(first, second).map { Int($1) - Int($0) }
        let change = zip(oracle.logits(first), oracle.logits(second)).map { Int($1 - $0) }
        let (limit, length) = (slope.multiplied(by: norm.length(moves)).adding(offset), norm.length(change))
        #expect(length <= limit, "\(network) \(first) \(second); \(random)")
        tight += limit.roundedUp < 2 * length.roundedUp ? 1 : 0
      }
    }
    #expect(tight > 10, "\(tight)")
  }

  @Test func `In l-infinity it is the bound that was there before`() {
    var random = TestRandom()
    for network in random.networks(5) {
      #expect(
        NormProduct(network, .infinity).slope.roundedUp
          == network.lipschitzBound.shifted(down: -network.last.shift).roundedUp, "\(network)")
    }
  }

  @Test func `Weights undo a rewriting that changes no function`() throws {
    // The second row is divided by 64 and read 64 times as strongly.
    let rewritten = try IntegerNetwork(
      layers: [
        IntegerLayer(
          rows: 2, columns: 2, weights: [8192, 0, 0, 128], biases: [0, 0], shift: 13, activation: .relu,
          rowSumBound: 8192, isSparse: false),
        IntegerLayer(
          rows: 2, columns: 2, weights: [128, 0, 0, 8192], biases: [0, 0], shift: 7, activation: .identity,
          rowSumBound: 8192, isSparse: false),
      ], unit: 1, inputMinimum: -32768, inputMaximum: 32767)
    for norm in [BallNorm.one, .two] {
      let slope = NormProduct(rewritten, norm).slope.roundedUp / 128
      #expect(slope >= 1 && slope < 1.05, "\(norm) \(slope)")
      let plain = rewritten.layers.map { $0.normBound(norm).bound.roundedUp }
      #expect(plain[0] * plain[1] == 64 || abs(plain[0] * plain[1] - 64) < 0.01)
    }
  }

  @Test func `The search finds much of what is there, and a false bound is found out`() throws {
    var random = TestRandom()
    for norm in BallNorm.allCases {
      // One layer: its quotient comes close to its norm.
      let weights = (0..<12).map { _ in Int16(random.integer(-3000...3000)) }
      let layer = { (scale: Int16) in
        try IntegerNetwork(
          layers: [
            IntegerLayer(
              rows: 3, columns: 4, weights: weights.map { $0 / scale }, biases: [0, 0, 0], shift: 0,
              activation: .identity, rowSumBound: 12000, isSparse: false)
          ], unit: 100, inputMinimum: -1000, inputMaximum: 1000)
      }
      let network = try CertifiedNetwork(layer(1))
      let starts = (0..<8).map { _ in random.input(of: network.network) }
      let bound = NormProduct(network.network, norm)
      let found = try network.quotientSearch(from: starts, against: bound, steps: 20)
      let largest = try #require(found.largest)
      #expect(found.violations.isEmpty && largest.quotient <= bound.slope.roundedUp)
      #expect(
        largest.quotient > 0.9 * bound.slope.roundedUp, "\(norm) \(largest.quotient) \(bound.slope.roundedUp)"
      )
      let again = try network.quotientSearch(from: starts, against: bound, steps: 20)
      #expect(again.best == found.best && again.attempts == found.attempts)
      let wrong = try network.quotientSearch(from: starts, against: NormProduct(layer(2), norm), steps: 20)
      #expect(!wrong.violations.isEmpty)
    }
  }

  @Test func `Floating-point matrices are bounded from above and closely`() {
    var random = TestRandom()
    for _ in 0..<60 {
      let (rows, columns) = (random.integer(1...6), random.integer(1...6))
      let scale = random.element(of: [1e-30, 1e-3, 1, 1e20] as [Float])
      let weights = (0..<rows * columns).map { _ in Float(random.signed()) * scale }
      for norm in BallNorm.allCases {
        let bound = matrixBound(norm, of: weights, columns: columns).roundedUp
        var largest = 0.0
        for index in 0..<400 {
          // Corners, single columns, and for ℓ2 a few steps of the power method.
          var vector = (0..<columns).map { _ in random.oneIn(2) ? 1.0 : -1 }
          if index < columns { vector = vector.indices.map { $0 == index ? 1 : 0 } }
          for _ in 0..<(norm == .two ? 30 : 0) {
            let image = (0..<rows).map { row in
              (0..<columns).reduce(0) { $0 + Double(weights[row * columns + $1]) * vector[$1] }
            }
            let back = (0..<columns).map { column in
              (0..<rows).reduce(0) { $0 + Double(weights[$1 * columns + column]) * image[$1] }
            }
            let length = norm.estimate(back)
            guard length > 0 else { break }
            vector = back.map { $0 / length }
          }
          let image = (0..<rows).map { row in
            (0..<columns).reduce(0) { $0 + Double(weights[row * columns + $1]) * vector[$1] }
          }
          largest = max(largest, norm.estimate(image) / norm.estimate(vector))
        }
        #expect(
          largest <= bound * (1 + 1e-12) && bound <= largest * 1.001, "\(norm) \(weights) \(bound) \(largest)"
        )
      }
    }
  }
}
