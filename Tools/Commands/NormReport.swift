internal import Certification
internal import Checker
internal import Integers

/// The result of `norm`, as `--json` prints it; bounds are rounded up, quotients down.
struct NormReport: Encodable {
  struct Bound: Encodable {
    var norm: String
    var bound: Double
    /// `sums`, or `factor` where the checker confirmed a smaller bound; null for sums of one kind and for models.
    @NullWhenNil var proof: String?

    init(_ norm: BallNorm, _ bound: UpperBound, proof: SpectralBound.Proof?) {
      self.norm = norm.rawValue
      self.bound = bound.roundedUp
      self.proof = proof.map { $0 == .factor ? "factor" : "sums" }
    }
  }

  struct Layer: Encodable {
    var layer: Int
    var kind: String
    var rows, columns: Int
    var norms: [Bound]

    init(_ index: Int, _ kind: String, rows: Int, columns: Int, norms: [Bound]) {
      layer = index
      self.kind = kind
      self.rows = rows
      self.columns = columns
      self.norms = norms
    }
  }

  /// The network in one norm, in logits for each mapped unit of input.
  struct Network: Encodable {
    var norm: String
    var slope: Double
    /// In logits.
    var offset = 0.0
    /// The same in accumulator units for each LSB, and in accumulator units; of a header.
    @NullWhenNil var slopeAccumulators: Double?
    @NullWhenNil var offsetAccumulators: Double?
    /// The largest quotient of the deployed integers, the distance of its pair, and the bound of a quotient there.
    @NullWhenNil var quotient: Double?
    @NullWhenNil var distance: Double?
    @NullWhenNil var boundAtDistance: Double?
    /// The largest quotient of the float network over the same pairs: uncertified.
    @NullWhenNil var floatQuotient: Double?
    var pairs: Int
    /// Pairs that exceed the bound.
    var violations = 0

    /// Of a model.
    init(_ norm: BallNorm, slope: UpperBound, attempts: Int, floats: Double?) {
      self.norm = norm.rawValue
      self.slope = slope.roundedUp
      (slopeAccumulators, offsetAccumulators, quotient, distance, boundAtDistance) = (nil, nil, nil, nil, nil)
      floatQuotient = floats
      pairs = attempts
    }

    /// Of a header: accumulators have `2^shift` units for each LSB of a logit.
    init(_ bound: NormProduct, of network: IntegerNetwork, _ found: QuotientSearch, floats: Double?) {
      let places = UpperBound(numerator: 1, shift: network.last.shift)
      let unit = Double(network.unit)
      let (slope, offset) = (bound.slope.multiplied(by: places), bound.offset.multiplied(by: places))
      self.init(bound.norm, slope: slope, attempts: found.attempts, floats: floats)
      self.offset = offset.roundedUp.divided(by: unit, rounded: .up)
      slopeAccumulators = bound.slope.roundedUp
      offsetAccumulators = bound.offset.roundedUp
      violations = found.violations.count
      guard let pair = found.violations.first ?? found.largest else { return }
      quotient = pair.quotient / Double(1 << network.last.shift)
      distance = pair.distance.roundedUp / unit
      let share = offset.roundedUp.divided(by: pair.distance.roundedUp.nextDown, rounded: .up)
      boundAtDistance = (slope.roundedUp + share).nextUp
    }
  }

  var model: String
  /// Whether the bounds are proved on deployed integers.
  var isCertified: Bool
  var layers: [Layer]
  var networks: [Network]

  enum CodingKeys: String, CodingKey {
    case model, isCertified = "certified", layers, networks
  }

  var text: String {
    let names = networks.map { "p = \($0.norm)" }
    let rows = layers.map { layer in
      ["\(layer.layer)", layer.kind, "\(layer.rows) × \(layer.columns)"]
        + layer.norms.map { upward($0.bound) + ($0.proof == "sums" ? " (sums)" : "") }
    }
    var columns = ["norm", "bound", "largest quotient found"]
    if isCertified {
      columns = ["norm", "slope", "offset", "bound", "largest quotient found", "at distance"]
    }
    let hasFloats = isCertified && networks.contains { $0.floatQuotient != nil }
    let bounds = networks.map { network -> [String] in
      guard isCertified else {
        return [
          "p = \(network.norm)", upward(network.slope), network.floatQuotient.map { significant($0) } ?? "-",
        ]
      }
      return [
        "p = \(network.norm)", upward(network.slope), upward(network.offset),
        network.boundAtDistance.map { upward($0) } ?? "-", network.quotient.map { significant($0) } ?? "-",
        network.distance.map { significant($0) } ?? "-",
      ] + (hasFloats ? [network.floatQuotient.map { significant($0) } ?? "-"] : [])
    }
    if hasFloats { columns.append("in floats, uncertified") }
    let unit =
      isCertified
      ? "logits for each unit of input: |change of logits| <= slope * |change of inputs| + offset"
      : "logits for each unit of input, in real numbers; of floats, so nothing here is certified"
    return table([["layer", "kind", "size"] + names] + rows) + "\n\n\(unit)\n" + table([columns] + bounds)
      + "\n\(networks.map { "\($0.pairs)" }.joined(separator: ", ")) pairs searched, "
      + "\(networks.reduce(0) { $0 + $1.violations }) exceed their bound"
  }
}
