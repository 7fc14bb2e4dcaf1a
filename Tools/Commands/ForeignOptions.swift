internal import Foundation
internal import Interchange
internal import Training

/// The options of `export` for a file that another program wrote.
enum ForeignOptions {
  static let options = [
    Option("--activation", "NAME", "of a PyTorch file: relu, abs, maxMin or identity (default: relu)"),
    Option("--range", "LO,HI", "of a PyTorch file: the raw values that become 0…1 (default: 0,255)"),
    Option("--unit", "U", "of a PyTorch file: LSB that make 0…1 (default: whole steps; 32640 for bytes)"),
    Option("--mean", "M,…", "of a PyTorch file: what was taken off the 0…1 inputs, one or one each"),
    Option("--std", "S,…", "of a PyTorch file: what they were then divided by, one or one each"),
  ]

  /// Reads a model, our own or another program's.
  ///
  /// - Returns: the model, and whether it is another program's.
  static func read(_ path: String, _ arguments: Arguments) throws -> (model: FloatModel, isForeign: Bool) {
    let content = try Safetensors(path: path)
    guard content.isForeign else {
      if let option = options.first(where: { arguments.has($0.name) }) {
        throw CommandError.usage("\(option.name): \(path) is a model of supnorm and states its own")
      }
      return (try FloatModel(content, path: path), false)
    }
    var conventions = ForeignConventions()
    if let name = try arguments.choice("--activation", Activation.allCases.map(\.rawValue)) {
      conventions.activation = Activation(rawValue: name) ?? conventions.activation
    }
    if let ends = try arguments.reals("--range", -1e300...1e300) {
      guard ends.count == 2, ends[0] < ends[1] else {
        throw CommandError.usage("--range '\(arguments.string("--range") ?? "")': not two rising numbers")
      }
      conventions.range = ends[0]...ends[1]
    }
    conventions.unit = try arguments.integer("--unit", 1...32767)
    conventions.means = try arguments.reals("--mean", -1e30...1e30) ?? conventions.means
    conventions.deviations = try arguments.reals("--std", 1e-30...1e30) ?? conventions.deviations
    return (try FloatModel(content, conventions: conventions, path: path), true)
  }
}

/// What it cost to project hidden rows onto their ℓ1 balls instead of rewriting the network.
struct ProjectionCost: Encodable, Equatable {
  /// The rows of all hidden layers.
  var rows = 0
  /// Those outside their balls.
  var projectedRows = 0
  /// The most by which a row's Σ|w| shrank.
  var largestRemovedMass = 0.0

  /// Projects every hidden row onto the ball of its layer's bound, or of radius 1 where there is none.
  init(projecting network: inout FloatNetwork) {
    func sums(_ layer: FloatLayer) -> [Double] {
      (0..<layer.rows).map { row in
        layer.weights[row * layer.columns..<(row + 1) * layer.columns].reduce(0) { $0 + Double($1.magnitude) }
      }
    }
    for index in network.layers.indices.dropLast() {
      let before = sums(network.layers[index])
      let bound = network.layers[index].rowSumBound ?? 1
      network.layers[index].projectRows(ontoL1Ball: bound)
      network.layers[index].rowSumBound = bound
      let removed = zip(before, sums(network.layers[index])).map { $0 - $1 }
      rows += removed.count
      projectedRows += before.count { $0 > Double(bound) }
      largestRemovedMass = max(largestRemovedMass, removed.max() ?? 0)
    }
  }

  /// One line.
  var text: String {
    "projected \(projectedRows) of \(rows) hidden rows, largest removed mass \(formatted(largestRemovedMass, digits: 3))"
  }
}
