internal import Training

extension TrainingOptions {
  /// The options for a network that reads some features alone.
  ///
  /// - Throws: a monotone input that is not among them.
  func restricted(to selection: FeatureSelection, _ data: Dataset) throws(CommandError) -> Self {
    var result = self
    for (index, constraint) in monotone.enumerated() {
      guard let input = selection.kept.firstIndex(of: constraint.input) else {
        throw .usage("--monotone: column '\(data.columnName(constraint.input))' does not change in the data")
      }
      result.monotone[index].input = input
    }
    let convex = convex.inputs.filter(selection.kept.contains)
    if let input = self.convex.inputs.first(where: { !convex.contains($0) }),
      self.convex.inputs.count < data.featureCount
    {
      throw .usage("--convex: column '\(data.columnName(input))' does not change in the data")
    }
    result.convex.inputs = convex.compactMap { selection.kept.firstIndex(of: $0) }
    return result
  }

  /// The options as names and values, for the model file.
  var settings: [String: String] {
    var settings = [
      "hidden": hidden.map { "\($0)" }.joined(separator: ","), "activation": activation.rawValue,
      "epsilon": "\(epsilon)",
      "bound": bounds.isEmpty ? "none" : bounds.map { "\($0)" }.joined(separator: ","),
      "last": lastConstrained ? "constrained" : "free", "epochs": "\(epochs)", "batch": "\(batchSize)",
      "rate": "\(rate)", "seed": "\(seed)",
    ].merging(penaltySettings) { $1 }
    if validationFraction > 0 {
      settings["validation"] = "\(validationFraction)"
      settings["validation-seed"] = "\(validationSeed)"
      settings["patience"] = patience.map { "\($0)" }
    }
    if !monotone.isEmpty {
      let statements = monotone.map { constraint in
        "\(constraint.isIncreasing ? "+" : "-")\(constraint.input)"
          + (constraint.classIndex.map { ":\($0)" } ?? "")
      }
      settings["monotone"] = statements.joined(separator: ",")
    }
    if !convex.inputs.isEmpty {
      settings["convex"] = convex.inputs.map { "\($0)" }.joined(separator: ",")
    }
    if let augmentation {
      settings["crop"] = "\(augmentation.crop)"
      settings["shift"] = "\(augmentation.shift)"
    }
    if norm != NormOptions() {
      settings["norm"] = norm.norm.rawValue
      settings["project"] = norm.method.rawValue
    }
    if let lipschitz = norm.lipschitz {
      settings["lipschitz"] = "\(lipschitz)"
      settings["bound"] = nil
    }
    if kind.hasDistances {
      for name in ["activation", "bound", "last"] { settings[name] = nil }
      settings["layers"] = kind.rawValue
      settings["exponents"] = "\(distance.firstExponent),\(distance.lastExponent)"
      settings["cross-entropy"] = "\(distance.firstCrossEntropyWeight),\(distance.lastCrossEntropyWeight)"
      return settings
    }
    switch loss {
    case .squaredError: settings["loss"] = "squared-error"
    case .absoluteError: settings["loss"] = "absolute-error"
    case .crossEntropy(let temperature):
      settings["loss"] = "cross-entropy"
      settings["temperature"] = "\(temperature)"
    case .hinge(let margin):
      settings["loss"] = "hinge"
      settings["margin"] = "\(margin)"
    case .worstCase(let temperature, let cleanWeight):
      settings["loss"] = "worst-case"
      settings["temperature"] = "\(temperature)"
      settings["clean-weight"] = "\(cleanWeight)"
    }
    return settings
  }
}
