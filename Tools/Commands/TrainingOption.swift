internal import Training

/// One option of `train`: what help says of it, and how it sets the training options.
struct TrainingOption: Sendable {
  /// What is declared to the command line.
  var option: Option
  /// Sets what the option says; leaves the training options as they are where it is not given.
  ///
  /// - Throws: a value out of bounds, in one line.
  var set: @Sendable (inout TrainingOptions, Arguments) throws -> Void

  /// What an option sets.
  typealias Place<Value> = any WritableKeyPath<TrainingOptions, Value> & Sendable

  /// An option with a rule of its own; without one it says something of files or data, which the command reads.
  init(
    _ name: String, _ placeholder: String?, _ help: String, role: Option.Role = .value,
    set: @escaping @Sendable (inout TrainingOptions, Arguments) throws -> Void = { _, _ in }
  ) {
    self.init(Option(name, placeholder, help, role: role), set: set)
  }

  /// An option that other commands have, too.
  private init(
    _ option: Option,
    set: @escaping @Sendable (inout TrainingOptions, Arguments) throws -> Void = { _, _ in }
  ) {
    self.option = option
    self.set = set
  }

  /// A real number within bounds.
  private static func real(
    _ name: String, _ placeholder: String, _ help: String, _ range: ClosedRange<Double>, _ place: Place<Float>
  ) -> TrainingOption {
    TrainingOption(name, placeholder, help) { options, arguments in
      if let value = try arguments.real(name, range) { options[keyPath: place] = Float(value) }
    }
  }

  /// A whole number within bounds.
  private static func integer(
    _ name: String, _ placeholder: String, _ help: String, _ range: ClosedRange<Int>, _ place: Place<Int>
  ) -> TrainingOption {
    TrainingOption(name, placeholder, help) { options, arguments in
      if let value = try arguments.integer(name, range) { options[keyPath: place] = value }
    }
  }

  /// Two real numbers within bounds: at first and in the end.
  private static func pair(
    _ name: String, _ placeholder: String, _ help: String, _ range: ClosedRange<Double>,
    _ first: Place<Float>, _ last: Place<Float>
  ) -> TrainingOption {
    TrainingOption(name, placeholder, help) { options, arguments in
      guard let values = try arguments.reals(name, range) else { return }
      guard values.count == 2 else { throw CommandError.usage("\(name): two numbers expected") }
      options[keyPath: first] = Float(values[0])
      options[keyPath: last] = Float(values[1])
    }
  }
}

extension TrainingOption {
  /// All options of `train` but those of `--start`, in the order in which help lists them and the command obeys them.
  static let all: [TrainingOption] = general + PenaltyOption.all + [.init(.json)]

  private static let general: [TrainingOption] = [
    .init(.data), .init("--out", "M.safetensors", "the model file to write", role: .output), .init(.label),
    .init(
      "--layers", "KIND", "dense, distance, or hybrid: distances with a dense last layer (default: dense)",
      set: setKind),
    .init("--hidden", "64,64", "widths of the hidden layers") { options, arguments in
      options.hidden = try arguments.integers("--hidden", 1...65535) ?? options.hidden
    },
    .init(
      "--activation", "NAME", "relu, abs, maxMin, sort, tanh, sigmoid or identity (default: relu)"
    ) { options, arguments in
      let name = try arguments.choice("--activation", Activation.allCases.map(\.rawValue))
      guard let activation = name.flatMap({ Activation(rawValue: $0) }) else { return }
      options.activation = activation
      options.bounds = [activation.suitableBound]
    },
    .init(
      "--loss", "NAME",
      "worst-case, cross-entropy or hinge (default: worst-case); with --target squared-error or absolute-error",
      set: NamedLoss.set),
    .init("--target", "NAME", "train a regression that finds this column of a table"),
    .init("--features", "NAME,…", "the feature columns (default: all but label and target)"),
    .init(
      "--monotone", "±NAME[:CLASS],…",
      "inputs in which a regression, or the lead of a class, never falls (+) or never rises (-)"),
    .init("--convex", "all|NAME,…", "inputs in which a regression is convex; with relu (default) or identity")
    {
      options, arguments in
      if arguments.has("--convex"), !arguments.has("--activation") { options.activation = .relu }
    },
    .init(
      "--tolerance", "NAME=T,…",
      "how far each feature may move, in its unit or in % of its range, * for all others: becomes one radius"),
    .init(
      "--reading", "NAME=UNIT,…",
      "what one whole reading of a feature is worth in its unit: 0.01, 2^-10, none for hosts only, * for all others (default: the grid of the data)"
    ),
    .real("--epsilon", "E", "radius of the worst-case loss in mapped units", 0...2, \.epsilon),
    .init("--temperature", "T", "temperature of worst-case and cross-entropy"),
    .init("--margin", "M", "margin of hinge"),
    .init("--clean-weight", "W", "share of plain cross-entropy in the worst-case loss"),
    .init(
      "--bound", "K,…|none",
      "bound on the rows' sums of |w|, or on what --norm names: one, one a bounded layer, or none (default: 1, of tanh 4, of sigmoid 16)"
    ) { options, arguments in
      if arguments.string("--bound") == "none" { return options.bounds = [] }
      options.bounds = try arguments.reals("--bound", 1e-3...65535)?.map { Float($0) } ?? options.bounds
    },
    .init(
      "--last", "free|constrained", "whether the last layer is bounded too (default: free)", set: setLast),
    .norm, .lipschitz, .project,
    .pair(
      "--exponents", "P,Q", "of distances: p at first and before it becomes infinite", 2...1e6,
      \.distance.firstExponent, \.distance.lastExponent),
    .pair(
      "--cross-entropy", "A,B", "of distances: the share of cross-entropy at first and in the end",
      1e-9...1e3, \.distance.firstCrossEntropyWeight, \.distance.lastCrossEntropyWeight),
    .init("--flash", "N|NKB", "bytes for the parameters: what must go is chosen, and the rest trained on"),
    .init("--crop", "N", "pixels cut from each side of images (default: 0)"),
    .init("--shift", "N", "shift training images by up to N pixels at random (default: 0)"),
    .integer("--epochs", "N", "how often every sample is seen", 1...1_000_000, \.epochs),
    .integer("--batch", "N", "samples for each step", 1...1_048_576, \.batchSize),
    .real("--rate", "R", "learning rate after the warm-up", 1e-9...100, \.rate),
    .init("--seed", "S", "what everything random is drawn from (default: 0)") { options, arguments in
      options.seed = UInt64(try arguments.integer("--seed", 0...Int.max) ?? 0)
      options.validationSeed = options.seed
    },
    .real(
      "--validation", "F", "share of the samples held out and measured after every epoch (default: 0)",
      0...0.9, \.validationFraction),
    .init(
      "--attacked", "R",
      "score held-out samples under attack, PGD in l2 of radius R, 10 steps, 1,000 samples, not by certificates"
    ) { options, arguments in
      options.attackRadius = try arguments.real("--attacked", 1e-6...1e6).map { Float($0) }
      guard options.attackRadius == nil || options.validationFraction > 0 else {
        throw CommandError.usage("--attacked goes with --validation: it scores samples held out")
      }
    },
    .init(
      "--patience", "N", "stop after N epochs without a better validation certificate, keep the best epoch",
      set: setPatience),
    .init("--restarts", "N", "train with N seeds from S on, keep the best validation certificate"),
    .init("--start", "M.safetensors", "start from this network, of supnorm or PyTorch", role: .input),
    .init(
      "--checkpoint", "FILE", "written after every epoch; where it is there, training goes on from it",
      role: .output),
  ]

  /// `--layers`, and which options do not go with it.
  @Sendable private static func setKind(_ options: inout TrainingOptions, _ arguments: Arguments) throws {
    let name = try arguments.choice("--layers", NetworkKind.allCases.map(\.rawValue))
    options.kind = name.flatMap { NetworkKind(rawValue: $0) } ?? .dense
    guard options.kind.hasDistances else {
      for option in ["--exponents", "--cross-entropy"] where arguments.has(option) {
        throw CommandError.usage("\(option) goes with --layers distance or hybrid")
      }
      return
    }
    let dense = [
      "--activation", "--loss", "--temperature", "--margin", "--clean-weight", "--bound", "--last",
      "--target", "--monotone", "--convex",
    ]
    for option in dense where arguments.has(option) {
      throw CommandError.usage("\(option) does not go with --layers \(options.kind.rawValue)")
    }
  }

  @Sendable private static func setLast(_ options: inout TrainingOptions, _ arguments: Arguments) throws {
    let last = try arguments.choice("--last", ["free", "constrained"])
    guard last != "free" || !arguments.has("--monotone") else {
      throw CommandError.usage("--last free does not go with --monotone")
    }
    options.lastConstrained = last == "constrained" || arguments.has("--monotone")
  }

  @Sendable private static func setPatience(_ options: inout TrainingOptions, _ arguments: Arguments) throws {
    options.patience = try arguments.integer("--patience", 1...1_000_000)
    guard options.patience == nil || options.validationFraction > 0 else {
      throw CommandError.usage(
        "--patience goes with --validation: the best epoch is chosen by samples held out")
    }
  }
}

extension TrainingOptions {
  /// The recipe for a source, changed by what the options say.
  ///
  /// - Throws: options out of bounds, or that do not go together.
  init(_ arguments: Arguments, source: String) throws {
    let isDistances =
      try (arguments.choice("--layers", NetworkKind.allCases.map(\.rawValue)) ?? "dense") != "dense"
    self =
      switch (ShippedData(rawValue: source), isDistances, arguments.has("--target")) {
      case (.digits, false, _): .digits
      case (.digits, true, _): .digitDistances
      case (_, true, _): .distances
      case (_, false, true): .regression
      case (.breastCancer, false, false): .smallTable
      case (nil, false, false): TrainingOptions()
      }
    for option in TrainingOption.all { try option.set(&self, arguments) }
    try validate()
  }
}
