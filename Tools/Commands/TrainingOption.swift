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
    _ option: Option, set: @escaping @Sendable (inout TrainingOptions, Arguments) throws -> Void = { _, _ in }
  ) {
    self.option = option
    self.set = set
  }

  /// A real number within bounds.
  static func real(
    _ option: Option, _ range: ClosedRange<Double>, _ path: Place<Float>
  ) -> TrainingOption {
    TrainingOption(option) { options, arguments in
      if let value = try arguments.real(option.name, range) { options[keyPath: path] = Float(value) }
    }
  }

  /// A whole number within bounds.
  static func integer(
    _ option: Option, _ range: ClosedRange<Int>, _ path: Place<Int>
  ) -> TrainingOption {
    TrainingOption(option) { options, arguments in
      if let value = try arguments.integer(option.name, range) { options[keyPath: path] = value }
    }
  }

  /// Two real numbers within bounds: at first and in the end.
  static func pair(
    _ option: Option, _ range: ClosedRange<Double>,
    _ first: Place<Float>,
    _ last: Place<Float>
  ) -> TrainingOption {
    TrainingOption(option) { options, arguments in
      guard let values = try arguments.reals(option.name, range) else { return }
      guard values.count == 2 else { throw CommandError.usage("\(option.name): two numbers expected") }
      options[keyPath: first] = Float(values[0])
      options[keyPath: last] = Float(values[1])
    }
  }
}

extension TrainingOption {
  /// All options of `train` but those of `--start`, in the order in which help lists them and the command obeys them.
  static let all: [TrainingOption] = [
    TrainingOption(.data),
    TrainingOption(Option("--out", "M.safetensors", "the model file to write", role: .output)),
    TrainingOption(.label),
    TrainingOption(
      Option(
        "--layers", "KIND", "dense, distance, or hybrid: distances with a dense last layer (default: dense)"),
      set: setKind),
    TrainingOption(Option("--hidden", "64,64", "widths of the hidden layers")) { options, arguments in
      options.hidden = try arguments.integers("--hidden", 1...65535) ?? options.hidden
    },
    TrainingOption(Option("--activation", "NAME", "relu, abs, maxMin or identity (default: relu)")) {
      options, arguments in
      let name = try arguments.choice("--activation", Activation.allCases.map(\.rawValue))
      options.activation = name.flatMap { Activation(rawValue: $0) } ?? options.activation
    },
    TrainingOption(
      Option(
        "--loss", "NAME",
        "worst-case, cross-entropy or hinge (default: worst-case); with --target squared-error or absolute-error"
      ),
      set: NamedLoss.set),
    TrainingOption(Option("--target", "NAME", "train a regression that finds this column of a table")),
    TrainingOption(Option("--features", "NAME,…", "the feature columns (default: all but label and target)")),
    TrainingOption(
      Option("--monotone", "±NAME,…", "inputs in which a regression never falls (+) or never rises (-)")),
    TrainingOption(
      Option(
        "--tolerance", "NAME=T,…",
        "how far each feature may move, in its unit or in % of its range, * for all others: becomes one radius"
      )),
    TrainingOption(
      Option(
        "--reading", "NAME=UNIT,…",
        "what one whole reading of a feature is worth in its unit: 0.01, 2^-10, none for hosts only, * for all others (default: the grid of the data)"
      )),
    .real(Option("--epsilon", "E", "radius of the worst-case loss in mapped units"), 0...2, \.epsilon),
    TrainingOption(Option("--temperature", "T", "temperature of worst-case and cross-entropy")),
    TrainingOption(Option("--margin", "M", "margin of hinge")),
    TrainingOption(Option("--clean-weight", "W", "share of plain cross-entropy in the worst-case loss")),
    TrainingOption(
      Option(
        "--bound", "K,…", "bound on the rows' sums of |w|, one or one for each bounded layer (default: 1)")
    ) { options, arguments in
      options.bounds = try arguments.reals("--bound", 1e-3...65535)?.map { Float($0) } ?? options.bounds
    },
    TrainingOption(
      Option("--last", "free|constrained", "whether the last layer is bounded too (default: free)"),
      set: setLast),
    .pair(
      Option("--exponents", "P,Q", "of distances: p at first and before it becomes infinite"), 2...1e6,
      \.distance.firstExponent, \.distance.lastExponent),
    .pair(
      Option("--cross-entropy", "A,B", "of distances: the share of cross-entropy at first and in the end"),
      1e-9...1e3,
      \.distance.firstCrossEntropyWeight, \.distance.lastCrossEntropyWeight),
    TrainingOption(
      Option("--flash", "N|NKB", "bytes for the parameters: what must go is chosen, and the rest trained on")),
    TrainingOption(Option("--crop", "N", "pixels cut from each side of images (default: 0)")),
    TrainingOption(Option("--shift", "N", "shift training images by up to N pixels at random (default: 0)")),
    .integer(Option("--epochs", "N", "how often every sample is seen"), 1...1_000_000, \.epochs),
    .integer(Option("--batch", "N", "samples for each step"), 1...1_048_576, \.batchSize),
    .real(Option("--rate", "R", "learning rate after the warm-up"), 1e-9...100, \.rate),
    TrainingOption(Option("--seed", "S", "what everything random is drawn from (default: 0)")) {
      options, arguments in
      options.seed = UInt64(try arguments.integer("--seed", 0...Int.max) ?? 0)
      options.validationSeed = options.seed
    },
    .real(
      Option(
        "--validation", "F", "share of the samples held out and measured after every epoch (default: 0)"),
      0...0.9, \.validationFraction),
    TrainingOption(
      Option(
        "--patience", "N", "stop after N epochs without a better validation certificate, keep the best epoch"),
      set: setPatience),
    TrainingOption(
      Option("--restarts", "N", "train with N seeds from S on, keep the best validation certificate")),
    TrainingOption(
      Option("--start", "M.safetensors", "start from this network, of supnorm or PyTorch", role: .input)),
    TrainingOption(
      Option(
        "--checkpoint", "FILE", "written after every epoch; where it is there, training goes on from it",
        role: .output)),
    TrainingOption(.json),
  ]

  /// `--layers`, and which options do not go with it.
  @Sendable private static func setKind(_ options: inout TrainingOptions, _ arguments: Arguments) throws {
    let name = try arguments.choice("--layers", NetworkKind.allCases.map(\.rawValue))
    options.kind = name.flatMap { NetworkKind(rawValue: $0) } ?? .dense
    guard options.kind != .dense else {
      for option in ["--exponents", "--cross-entropy"] where arguments.has(option) {
        throw CommandError.usage("\(option) goes with --layers distance or hybrid")
      }
      return
    }
    let dense = [
      "--activation", "--loss", "--temperature", "--margin", "--clean-weight", "--bound", "--last",
      "--target",
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
