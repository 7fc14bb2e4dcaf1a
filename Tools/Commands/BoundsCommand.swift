internal import Certification
internal import Claims
internal import Quantization

/// `supnorm bounds`.
enum BoundsCommand: Command {
  static let name = "bounds"
  static let summary =
    "what the outputs of a regression lie between on a box of inputs, and the minimum there"
  static let usage = "N.h [--box FEATURE=A:B,…] [--parts N] [--json]"
  static let discussion = """
    The bounds are certified: by intervals and linear bounds over parts of the box, in integers, rounded outward. Least and
    greatest are what a search over whole LSB found, on the device's own kernels: no input of the box is beyond the bounds,
    and these ones are there. Features that --box does not name have their whole declared range.
    """
  static let options = [
    Option("--box", "NAME=A:B,…", "the readings from A to B of a feature, in its own unit; * for all others"),
    Option("--parts", "N", "how many parts of the box are bounded at most (default: 512)"),
    .json,
  ]
  static let positionalCount = 1...1

  private struct Output: Encodable {
    /// One end of an output's range.
    struct End: Encodable {
      /// No input is beyond: certified, in accumulator units and in the target's unit, rounded outward.
      var bound: Int
      var boundValue: Double
      /// What was found, and where.
      var found: Int
      var foundValue: Double
      var input: [Int16]
    }
    struct Range: Encodable {
      var target: String
      var minimum, maximum: End
      /// How far the output can lie above the mean of two others in whose middle it is, rounded up; of a convex one.
      var convexityBound: Double?
    }
    var model: String
    /// The inputs in which every output is convex.
    var convex: [String]
    /// The box, in LSB.
    var lower, upper: [Int16]
    var outputs: [Range]
  }

  static func run(_ arguments: Arguments) throws {
    let header = try LoadedHeader(arguments.positionals[0])
    let claims = header.claims
    guard claims.task == .regression else {
      throw CommandError.usage("\(header.path): a classifier, bounds are of a regression's outputs")
    }
    let box = try header.box(arguments.string("--box"))
    let parts = try arguments.integer("--parts", 1...1_000_000) ?? 512
    let outputs = try claims.targets.indices.map { index in
      let ends = [false, true].compactMap { isNegated in
        header.network.minimum(ofOutput: index, isNegated: isNegated, over: box, parts: parts)
      }
      guard ends.count == 2 else {
        throw CommandError.usage("\(header.path): a last layer of maxima, bounds take one of sums")
      }
      let target = claims.targets[index]
      func end(_ found: OutputMinimum, _ sign: Int) -> Output.End {
        let (bound, value) = (Int32(clamping: sign * found.bound), Int32(clamping: sign * found.found))
        let range = target.bounds(bound...bound)
        return Output.End(
          bound: Int(bound), boundValue: sign > 0 ? range.lowerBound : range.upperBound, found: Int(value),
          foundValue: target.value(value), input: found.input)
      }
      return Output.Range(
        target: claims.targetName(index), minimum: end(ends[0], 1), maximum: end(ends[1], -1),
        convexityBound: claims.convexityBounds.isEmpty ? nil : target.change(claims.convexityBounds[index]))
    }
    let output = Output(
      model: claims.name, convex: claims.convexInputs.map(claims.inputName), lower: box.map(\.lowerBound),
      upper: box.map(\.upperBound), outputs: outputs)
    try Console.print(output, arguments, text: outputs.map { text(of: $0, header) }.joined(separator: "\n"))
  }

  private static func text(of range: Output.Range, _ header: LoadedHeader) -> String {
    let bounds = range.minimum.boundValue...range.maximum.boundValue
    let place = lastPlace(of: bounds)
    var lines = ["\(range.target): certified to lie within \(outward(bounds))"]
    for (name, end) in [("least", range.minimum), ("greatest", range.maximum)] {
      let values = end.input.enumerated().map { index, input in
        "\(header.claims.inputName(index)) \(rounded(header.value(input, feature: index)))"
      }
      lines.append(
        "  \(name) found \(decimal(end.foundValue, place: place)) at \(values.joined(separator: ", "))")
    }
    if let bound = range.convexityBound {
      lines.append("  \(header.claims.convexity(within: roundedUp(bound)))")
    }
    return lines.joined(separator: "\n")
  }
}

/// Four significant digits.
private func rounded(_ value: Double) -> String {
  value == 0 ? "0" : decimal(value, place: min(leadingPlace(value) - 3, 0))
}

extension LoadedHeader {
  /// A box of inputs as `--box` has it.
  ///
  /// The ends are encoded as readings are; an end that is none lies two LSB further out, since the integer map of readings
  /// and the real one may differ by one, and the real one is computed in floating point.
  /// - Throws: a range that is not two numbers in order, or that lies outside the declared one.
  fileprivate func box(_ text: String?) throws -> [ClosedRange<Int16>] {
    let whole = Int16(claims.inputMinimum)...Int16(claims.inputMaximum)
    var box = Array(repeating: whole, count: claims.inputs)
    guard let text else { return box }
    let names = (0..<claims.inputs).map(claims.inputName)
    let stated = try NamedValues("--box", text, noun: "range A:B", names: names)
    for feature in box.indices {
      guard let range = stated[feature] else { continue }
      let place = "--box '\(names[feature])=\(range)'"
      let ends = range.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) }
      guard ends.count == 2, let low = ends[0], let high = ends[1], low.isFinite, high.isFinite, low <= high
      else { throw CommandError.usage("\(place): not two numbers A:B, A at most B") }
      let encoded = try [low, high].map { try encoder.encoded($0, feature: feature) }
      if encoded.allSatisfy(\.isClamped), encoded[0].input == encoded[1].input {
        throw CommandError.usage("\(place): outside the declared range of the feature")
      }
      let slack = encoded.map { $0.isReading ? 0 : 2 }
      let (first, last) = (Int(encoded[0].input) - slack[0], Int(encoded[1].input) + slack[1])
      box[feature] =
        max(Int16(clamping: first), whole.lowerBound)...min(Int16(clamping: last), whole.upperBound)
    }
    return box
  }

  /// The value of a feature that an input stands for, about.
  fileprivate func value(_ input: Int16, feature: Int) -> Double {
    let map = claims.features[claims.features.count == 1 ? 0 : feature]
    return map.offset + Double(input) / (map.scale * Double(claims.unit))
  }
}
