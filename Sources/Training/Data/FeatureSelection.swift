/// Some of the features of a data set, in order: those that a network is trained on, when others never change.
public struct FeatureSelection: Sendable {
  /// The features that are kept, increasing.
  public let kept: [Int]

  /// The features that are left out, increasing.
  public let dropped: [Int]

  /// Leaves out some features; at least one must remain.
  public init(dropping dropped: [Int], of count: Int) {
    kept = (0..<count).filter { !dropped.contains($0) }
    self.dropped = dropped
    precondition(!kept.isEmpty)
  }

  /// The data set of the kept features.
  ///
  /// - Complexity: O(values).
  public func applied(to dataset: Dataset) -> Dataset {
    guard !dropped.isEmpty else { return dataset }
    var result = Dataset(
      values: .reals(
        (0..<dataset.count).flatMap { sample in kept.map { dataset.value(sample: sample, feature: $0) } }),
      labels: dataset.labels, featureCount: kept.count,
      featureNames: dataset.featureNames.isEmpty ? [] : kept.map { dataset.featureNames[$0] },
      classNames: dataset.classNames)
    result.targets = dataset.targets
    result.targetName = dataset.targetName
    return result
  }

  /// The input map of the kept features, of a map for each.
  public func applied(to map: InputMap) -> InputMap {
    guard !dropped.isEmpty else { return map }
    return InputMap(
      offsets: kept.map { map.offsets[$0] }, scales: kept.map { map.scales[$0] },
      readings: kept.map { map.readings[$0] }, unit: map.unit, minimumLSB: map.minimumLSB,
      maximumLSB: map.maximumLSB)
  }

  /// The network that reads the kept inputs alone: the same function where the others are zero.
  public func applied(to network: FloatNetwork) -> FloatNetwork {
    guard !dropped.isEmpty else { return network }
    let first = network.layers[0]
    return replacing(first, in: network, columns: kept.count) { row, column in
      first.weights[row * first.columns + kept[column]]
    } residual: {
      kept.firstIndex(of: $0) ?? 0
    }
  }

  /// The network that reads all inputs, those that were left out with weights of zero.
  public func restored(_ network: FloatNetwork) -> FloatNetwork { restored(network, filler: 0) }

  /// The network that reads all inputs, those that were left out with weights of `filler`.
  func restored(_ network: FloatNetwork, filler: Float) -> FloatNetwork {
    guard !dropped.isEmpty else { return network }
    let first = network.layers[0]
    var places = [Int?](repeating: nil, count: kept.count + dropped.count)
    for (place, feature) in kept.enumerated() { places[feature] = place }
    return replacing(first, in: network, columns: places.count) { row, column in
      places[column].map { first.weights[row * first.columns + $0] } ?? filler
    } residual: {
      kept[$0]
    }
  }

  private func replacing(
    _ first: FloatLayer, in network: FloatNetwork, columns: Int, weight: (_ row: Int, _ column: Int) -> Float,
    residual: (Int) -> Int
  ) -> FloatNetwork {
    let layer = FloatLayer(
      rows: first.rows, columns: columns,
      weights: (0..<first.rows).flatMap { row in (0..<columns).map { weight(row, $0) } },
      biases: first.biases, normBound: first.normBound, kind: first.kind)
    return FloatNetwork(
      layers: [layer] + network.layers.dropFirst(), activation: network.activation,
      residuals: network.residuals.map {
        ResidualTerm(
          input: residual($0.input), isIncreasing: $0.isIncreasing, classIndex: $0.classIndex,
          weights: $0.weights)
      }, convexInputs: network.convexInputs.map(residual))
  }
}
