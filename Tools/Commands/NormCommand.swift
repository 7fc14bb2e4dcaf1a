internal import Certification
internal import Claims
internal import Files
internal import Foundation
internal import Integers
internal import Quantization
internal import Training

/// `supnorm norm`.
enum NormCommand: Command {
  static let name = "norm"
  static let summary = "bounds of a network in the norms p = 1, 2 and inf, from above and from below"
  static let usage =
    "MODEL|N.h [--norm 1|2|inf] [--data SRC] [--model MODEL] [--json]\n"
    + "       supnorm norm FILE --convolution TENSOR --image HxW [--stride S] [--padding P] [--json]\n"
    + "       supnorm norm FILE --dense TENSOR [--json]"
  static let discussion = """
    Of a header: |change of logits| <= slope * |change of inputs| + offset for each p, layer by layer and as a whole.
    Sums are exact; p = 2 is confirmed in integers by the checker, or the root of both sums' product. Hidden layers round,
    each by up to one LSB a row: that is the offset. Beside it stand the largest quotient that a search over pairs finds,
    and the bound at its distance. Exit status 1 when a pair exceeds the bound. --model adds the quotient of the float
    network for the same pairs, uncertified.

    Of a model: the same bounds for real numbers, and quotients of the float network, uncertified.

    --convolution and --dense are about one tensor of any .safetensors file, as a map of whole images or of vectors: its
    norms for p = inf and 1, rounded up, for p = 2 a bound with everything that rounding can do, and the power method
    from below. The matrix of a convolution is never formed.
    """
  static let options =
    [
      Option("--norm", "1|2|inf", "one norm only (default: all three)"), .data,
      Option("--model", "MODEL", "the model that a header was exported from", role: .input), .label,
      Option("--limit", "N", "start from the first N samples only (default: 100)"),
      Option("--steps", "N", "steps of the search from each start, at each of three lengths (default: 20)"),
      Option("--seed", "S", "what random starts are drawn from (default: 0)"),
    ] + TensorNorm.options + [.json]
  static let positionalCount = 1...1

  static func run(_ arguments: Arguments) throws {
    if TensorNorm.isAsked(arguments) { return try TensorNorm.run(arguments) }
    if let option = TensorNorm.options.first(where: { arguments.has($0.name) }) {
      throw CommandError.usage("\(option.name) goes with --convolution")
    }
    let path = arguments.positionals[0]
    let chosen = try arguments.choice("--norm", BallNorm.allCases.map(\.rawValue)).flatMap(BallNorm.init)
    let norms = chosen.map { [$0] } ?? BallNorm.allCases
    let search = try PairSearch(arguments)
    let isModel = path.lowercased().hasSuffix(".safetensors")
    guard !isModel || !arguments.has("--model") else {
      throw CommandError.usage("--model goes with a header")
    }
    let result =
      isModel
      ? try modelNorms(path, norms, search, arguments) : try headerNorms(path, norms, search, arguments)
    try Console.print(result, arguments, text: result.text)
    if let broken = result.networks.first(where: { $0.violations > 0 }) {
      throw CommandError.failedCheck(
        "\(path): \(broken.violations) pairs exceed the bound in norm \(broken.norm)")
    }
  }

  private static func headerNorms(
    _ path: String, _ norms: [BallNorm], _ search: PairSearch, _ arguments: Arguments
  ) throws -> NormReport {
    let header = try LoadedHeader(path)
    let network = header.network.network
    let model = try arguments.string("--model").map { try readModel($0).network }
    if let layers = model?.layers {
      let sizes = (layers[0].columns, layers[layers.count - 1].rows)
      guard sizes == (network.inputs, network.outputs) else {
        throw CommandError.usage(
          "--model: \(sizes.0) inputs and \(sizes.1) outputs, \(path) has \(network.inputs) and \(network.outputs)"
        )
      }
    }
    let starts = try search.starts(header, arguments)
    return NormReport(
      model: path, isCertified: true,
      layers: network.layers.enumerated().map { index, layer in
        NormReport.Layer(
          index, layer.name, rows: layer.rows, columns: layer.columns,
          norms: norms.map { norm in
            let (bound, proof) = layer.normBound(norm)
            return NormReport.Bound(norm, bound, proof: proof)
          })
      },
      networks: try norms.map { norm in
        let bound = NormProduct(network, norm)
        let found = try search.run(header.network, starts, against: bound)
        return NormReport.Network(
          bound, of: network, found, floats: model?.largestQuotient(norm, of: found.best, unit: network.unit))
      })
  }

  private static func modelNorms(
    _ path: String, _ norms: [BallNorm], _ search: PairSearch, _ arguments: Arguments
  ) throws -> NormReport {
    let model = try readModel(path)
    let header = try LoadedHeader(deploying: model, path: path)
    let starts = try search.starts(header, arguments)
    return NormReport(
      model: path, isCertified: false,
      layers: model.network.layers.enumerated().map { index, layer in
        NormReport.Layer(
          index, layer.kind.rawValue, rows: layer.rows, columns: layer.columns,
          norms: norms.map { NormReport.Bound($0, layer.normBound($0), proof: nil) })
      },
      networks: try norms.map { norm in
        // Pairs are searched on the model's integers and measured in floating point.
        let integers = header.network.network
        let found = try search.run(header.network, starts, against: NormProduct(integers, norm))
        return NormReport.Network(
          norm, slope: model.network.normBound(norm), attempts: found.attempts,
          floats: model.network.largestQuotient(norm, of: found.best, unit: integers.unit))
      })
  }
}
