internal import Training

/// The options of `train` that say which norm of the weights is bounded.
extension TrainingOption {
  static let norm = TrainingOption(
    "--norm", "inf|1|2",
    "bound the largest row sum, column sum or singular value of every layer (default: row sums, of hidden ones)"
  ) { options, arguments in
    guard let name = try arguments.choice("--norm", WeightNorm.allCases.map(\.rawValue)) else { return }
    options.norm.norm = WeightNorm(rawValue: name) ?? .rowSum
    try boundEveryLayer(&options, arguments, "--norm")
    for option in ["--monotone", "--flash"] where arguments.has(option) {
      guard options.norm.norm == .rowSum else {
        throw CommandError.usage("\(option) does not go with --norm \(name): it needs row sums")
      }
    }
  }

  static let lipschitz = TrainingOption(
    "--lipschitz", "L", "bound of the whole network: each of its n layers is bounded by the n-th root"
  ) { options, arguments in
    guard let bound = try arguments.real("--lipschitz", 1e-6...1e6) else { return }
    guard !arguments.has("--bound") else {
      throw CommandError.usage("--bound does not go with --lipschitz, which bounds every layer")
    }
    options.norm.lipschitz = Float(bound)
    try boundEveryLayer(&options, arguments, "--lipschitz")
  }

  static let project = TrainingOption(
    "--project", "euclidean|rescale",
    "to the nearest weights, or the whole matrix scaled (default: euclidean)"
  ) { options, arguments in
    let name = try arguments.choice("--project", ProjectionMethod.allCases.map(\.rawValue))
    guard let method = name.flatMap({ ProjectionMethod(rawValue: $0) }) else { return }
    guard !options.kind.hasDistances else { throw refusal("--project", options) }
    options.norm.method = method
  }

  private static func boundEveryLayer(
    _ options: inout TrainingOptions, _ arguments: Arguments, _ name: String
  ) throws(CommandError) {
    guard !options.kind.hasDistances else { throw refusal(name, options) }
    guard arguments.string("--last") != "free" else {
      throw .usage("--last free does not go with \(name), which bounds every layer")
    }
    options.lastConstrained = true
  }

  private static func refusal(_ name: String, _ options: TrainingOptions) -> CommandError {
    .usage("\(name) does not go with --layers \(options.kind.rawValue)")
  }
}
