internal import Training

/// A loss as `--loss` names it.
struct NamedLoss: Sendable {
  var name: String
  /// Whether it is of numbers; otherwise of classes.
  var isOfNumbers = false
  /// Which of the options below it takes.
  var takes: [String] = []
  /// The loss, of the values of its options and of the recipe's own loss.
  var make: @Sendable (_ value: [String: Float], _ usual: TrainingLoss) -> TrainingLoss

  /// Options that some losses take and others refuse, with their bounds.
  private static let options: [(name: String, range: ClosedRange<Double>)] = [
    ("--temperature", Double(Float.leastNormalMagnitude)...1e6),
    ("--margin", Double(Float.leastNormalMagnitude)...1e6), ("--clean-weight", 0...0.999),
  ]

  /// All of them; the first of its sort is the usual one.
  private static let all = [
    NamedLoss(name: "worst-case", takes: ["--temperature", "--clean-weight"]) { value, usual in
      guard case .worstCase(let temperature, let cleanWeight) = usual else { return usual }
      return .worstCase(
        temperature: value["--temperature"] ?? temperature,
        cleanWeight: value["--clean-weight"] ?? cleanWeight)
    },
    NamedLoss(name: "cross-entropy", takes: ["--temperature"]) { value, _ in
      .crossEntropy(temperature: value["--temperature"] ?? 0.05)
    },
    NamedLoss(name: "hinge", takes: ["--margin"]) { value, _ in .hinge(margin: value["--margin"] ?? 0.3) },
    NamedLoss(name: "squared-error", isOfNumbers: true) { _, _ in .squaredError },
    NamedLoss(name: "absolute-error", isOfNumbers: true) { _, _ in .absoluteError },
  ]

  /// Sets the loss of `--loss`, or the usual one.
  ///
  /// - Throws: a loss that is not for such a network, or an option that it does not take.
  @Sendable static func set(_ options: inout TrainingOptions, _ arguments: Arguments) throws {
    var values: [String: Float] = [:]
    for (name, range) in Self.options { values[name] = try arguments.real(name, range).map { Float($0) } }
    let losses = all.filter { $0.isOfNumbers == arguments.has("--target") }
    let name = try arguments.choice("--loss", losses.map(\.name)) ?? losses[0].name
    guard let loss = losses.first(where: { $0.name == name }) else { return }
    for (option, _) in Self.options where values[option] != nil && !loss.takes.contains(option) {
      throw CommandError.usage("\(option) does not go with --loss \(name)")
    }
    options.loss = loss.make(values, options.loss)
  }
}
