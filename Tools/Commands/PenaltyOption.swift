internal import Training

/// `--clip` and `--weight-penalty`: names and values between commas, such as `target=0.9,step=0.1,warm-up=5`.
struct PenaltyOption {
  /// The options of `train` that they are, and what goes with them.
  static let all: [TrainingOption] = [
    TrainingOption(
      "--clip", "NAME=X,…",
      "add lambda * the squared difference quotients of pairs of inputs: \(lambdaHelp), pairs=32 a step, renew=50 steps, noise=0.1, over=mean|worst"
    ) { options, arguments in
      guard let text = arguments.string("--clip") else { return }
      let values = try PenaltyOption("--clip", text)
      var clip = ClipOptions()
      clip.pairs = try values.integer("pairs", 1...65536) ?? clip.pairs
      clip.renewal = try values.integer("renew", 1...1_000_000) ?? clip.renewal
      clip.noise = try values.real("noise", 1e-6...1) ?? clip.noise
      clip.worstOnly = try values.choice("over", ["mean", "worst"]) == "worst"
      options.penalty = PenaltyOptions(.quotient(clip), lambda: try values.lambda(step: 0.1))
      try values.requireNames(["pairs", "renew", "noise", "over"])
    },
    TrainingOption(
      "--weight-penalty", "NAME=X,…", "add lambda * the squares of all layers' weights: \(lambdaHelp)"
    ) { options, arguments in
      guard let text = arguments.string("--weight-penalty") else { return }
      guard !arguments.has("--clip") else {
        throw CommandError.usage("--weight-penalty does not go with --clip")
      }
      let values = try PenaltyOption("--weight-penalty", text)
      options.penalty = PenaltyOptions(.weights, lambda: try values.lambda(step: 0.0001))
      try values.requireNames([])
    },
    TrainingOption("--optimizer", "adam|sgd", "what moves the parameters (default: adam)") {
      options, arguments in
      let momentum = try arguments.real("--momentum", 0...0.9999)
      if try arguments.choice("--optimizer", ["adam", "sgd"]) == "sgd" {
        options.optimizer.kind = .descent(momentum: Float(momentum ?? 0.9))
      } else if momentum != nil {
        throw CommandError.usage("--momentum goes with --optimizer sgd")
      }
    },
    TrainingOption("--momentum", "M", "of sgd (default: 0.9)"),
    TrainingOption(
      "--schedule", "decay|constant", "whether the rate warms up and decays to zero (default: decay)"
    ) { options, arguments in
      options.optimizer.keepsRate = try arguments.choice("--schedule", ["decay", "constant"]) == "constant"
    },
  ]

  private static let lambdaHelp =
    "target=A, the training accuracy to keep by changing lambda by step=D an epoch after warm-up=N epochs, or lambda=L alone"

  private let option: String
  private var values: [String: String] = [:]

  private init(_ option: String, _ text: String) throws(CommandError) {
    self.option = option
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard sides.count == 2 else { throw .usage("\(option) '\(part)': not a name, = and a value") }
      guard values.updateValue(sides[1], forKey: sides[0]) == nil else {
        throw .usage("\(option) '\(sides[0])': given twice")
      }
    }
  }

  /// λ, fixed or by a target.
  private func lambda(step: Float) throws(CommandError) -> LambdaRule {
    let target = try real("target", 0...1)
    guard (values["target"] == nil) != (values["lambda"] == nil) else {
      throw .usage("\(option): one of target=A and lambda=L is required")
    }
    guard values["target"] != nil || values["step"] == nil else {
      throw .usage("\(option): step goes with target")
    }
    return LambdaRule(
      first: try real("lambda", 0...1e9) ?? 0, target: target.map { Double($0) },
      step: try real("step", 1e-9...1e9) ?? step, warmUp: try integer("warm-up", 0...1_000_000) ?? 0)
  }

  private func requireNames(_ others: [String]) throws(CommandError) {
    let names = ["target", "step", "warm-up", "lambda"] + others
    guard let stray = values.keys.sorted().first(where: { !names.contains($0) }) else { return }
    throw .usage("\(option) '\(stray)': not one of \(names.joined(separator: ", "))")
  }

  private func real(_ name: String, _ range: ClosedRange<Double>) throws(CommandError) -> Float? {
    guard let text = values[name] else { return nil }
    guard let value = Double(text), range.contains(value) else {
      throw .usage("\(option) \(name) '\(text)': not a number in \(range.lowerBound)…\(range.upperBound)")
    }
    return Float(value)
  }

  private func integer(_ name: String, _ range: ClosedRange<Int>) throws(CommandError) -> Int? {
    guard let text = values[name] else { return nil }
    guard let value = Int(text), range.contains(value) else {
      throw .usage(
        "\(option) \(name) '\(text)': not a whole number in \(range.lowerBound)…\(range.upperBound)")
    }
    return value
  }

  private func choice(_ name: String, _ choices: [String]) throws(CommandError) -> String? {
    guard let text = values[name] else { return nil }
    guard choices.contains(text) else {
      throw .usage("\(option) \(name) '\(text)': not one of \(choices.joined(separator: ", "))")
    }
    return text
  }
}

extension TrainingOptions {
  /// What this file's options set, as names and values for the model file.
  var penaltySettings: [String: String] {
    var settings: [String: String] = [:]
    if case .descent(let momentum) = optimizer.kind {
      settings["optimizer"] = "sgd"
      settings["momentum"] = "\(momentum)"
    }
    if optimizer.keepsRate { settings["schedule"] = "constant" }
    if let attackRadius { settings["attacked"] = "\(attackRadius)" }
    guard let penalty else { return settings }
    let rule = penalty.lambda
    let lambda = rule.target.map { "target=\(Float($0)),step=\(rule.step)" } ?? "lambda=\(rule.first)"
    switch penalty.kind {
    case .weights: settings["weight-penalty"] = "\(lambda),warm-up=\(rule.warmUp)"
    case .quotient(let clip):
      settings["clip"] =
        "\(lambda),warm-up=\(rule.warmUp),pairs=\(clip.pairs),renew=\(clip.renewal),noise=\(clip.noise),"
        + "over=\(clip.worstOnly ? "worst" : "mean")"
    }
    return settings
  }
}
