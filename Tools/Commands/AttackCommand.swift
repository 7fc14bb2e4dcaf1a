internal import Files
internal import Training

/// `supnorm attack`.
enum AttackCommand: Command {
  static let name = "attack"
  static let summary = "empirical accuracy of a floating-point model under noise, PGD and FGSM"
  static let usage = "M.safetensors --data SRC [--json]"
  static let discussion = """
    Attacks the network as trained, in floating point, for comparison with what others report of theirs: a sample counts
    where the last step leaves its class right. PGD is x <- P(x + STEP * sign of the gradient of the cross-entropy), P the
    projection onto the ball around the sample; inputs may leave the range of the data. Nothing here is certified: what
    holds of the deployed integers say verify and evaluate.
    """
  static let options = [
    Option.data, .label,
    Option("--noise", "S", "standard deviation of normal noise in mapped units (default: 1)"),
    Option("--l2", "R", "radius of PGD in l2 (default: 2)"),
    Option("--linf", "R", "radius of PGD in linf, and of FGSM (default: 0.1)"),
    Option("--step", "S", "step of PGD in l2; in linf it is a quarter of the radius (default: 0.5)"),
    Option("--steps", "N", "steps of PGD (default: 100)"),
    Option("--limit", "N", "only the first N samples"),
    Option("--train", nil, "the training part of the data"),
    Option("--seed", "S", "what the noise is drawn from (default: 0)"), .json,
  ]
  static let positionalCount = 1...1

  private struct Output: Encodable {
    var model: String
    var samples: Int
    /// Fractions of all samples whose class is right: none but `clean` is anything but empirical.
    var clean, noise, pgdTwo, pgdInfinity, fgsm: Double
  }

  static func run(_ arguments: Arguments) throws {
    let path = arguments.positionals[0]
    let noise = Float(try arguments.real("--noise", 0...1e6) ?? 1)
    let two = Float(try arguments.real("--l2", 1e-9...1e6) ?? 2)
    let infinity = Float(try arguments.real("--linf", 1e-9...1e6) ?? 0.1)
    let step = Float(try arguments.real("--step", 1e-9...1e6) ?? 0.5)
    let steps = try arguments.integer("--steps", 1...1_000_000) ?? 100
    let seed = UInt64(try arguments.integer("--seed", 0...Int.max) ?? 0)
    let limit = try arguments.integer("--limit", 1...Int.max)
    let model = try readModel(path)
    guard model.targets.isEmpty else {
      throw CommandError.usage("\(path) is a regression: classes are attacked")
    }
    let source = try arguments.required("--data")
    let data = try DataSource.load(
      source, part: arguments.has("--train") ? .train : .test, columns: model.columns(arguments, of: source))
    try ExportCommand.requireFit(data, model)
    let count = min(limit ?? data.count, data.count)
    let inputs = Array(model.inputMap.mappedInputs(of: data).prefix(count * data.featureCount))
    let labels = Array(data.labels.prefix(count))
    func accuracy(_ attack: FloatAttack) -> Double {
      model.network.accuracy(inputs: inputs, labels: labels, under: attack, seed: seed)
    }
    let output = Output(
      model: path, samples: count, clean: model.network.accuracy(inputs: inputs, labels: labels),
      noise: accuracy(.noise(noise)),
      pgdTwo: accuracy(.gradient(.two, radius: two, step: step, steps: steps)),
      pgdInfinity: accuracy(.gradient(.infinity, radius: infinity, step: infinity / 4, steps: steps)),
      fgsm: accuracy(.gradient(.infinity, radius: infinity, step: infinity, steps: 1)))
    func row(_ name: String, _ value: Double) -> [String] {
      [name, formatted(100 * value, digits: 2) + " %"]
    }
    try Console.print(
      output, arguments,
      text: "\(path), floating point, \(count) samples: empirical, nothing certified\n"
        + table([
          row("clean", output.clean), row("noise of deviation \(noise)", output.noise),
          row("PGD, l2 within \(two), \(steps) steps", output.pgdTwo),
          row("PGD, linf within \(infinity), \(steps) steps", output.pgdInfinity),
          row("FGSM, linf within \(infinity)", output.fgsm),
        ]))
  }
}
