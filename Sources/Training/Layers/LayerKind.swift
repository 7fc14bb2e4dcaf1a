/// What a layer computes of its inputs.
public enum LayerKind: String, CaseIterable, Sendable {
  /// `y_r = Σ_c w_rc · x_c + b_r`.
  case dense
  /// `y_r = max_c |x_c - w_rc| + b_r`: the ℓ∞ distance to a prototype.
  case distance
}

extension LayerKind {
  /// The type that knows all of a kind: a new kind is registered here.
  ///
  /// - Parameter first: the kind of the network's first layer.
  func trainable(behind first: LayerKind) -> any TrainableLayer.Type {
    switch self {
    case .dense: first == .distance ? DenseHead.self : DenseLayer.self
    case .distance: DistanceLayer.self
    }
  }
}

extension FloatNetwork {
  /// The type that knows all of one of the layers.
  func trainable(_ index: Int) -> any TrainableLayer.Type {
    layers[index].kind.trainable(behind: layers[0].kind)
  }
}

/// Which layers a network has.
public enum NetworkKind: String, CaseIterable, Sendable {
  /// Dense layers.
  case dense
  /// ℓ∞ distances.
  case distance
  /// Distances, and a dense last layer.
  case hybrid

  /// Whether it begins with distances, which are trained in a way of their own.
  public var hasDistances: Bool {
    switch self {
    case .dense: false
    case .distance, .hybrid: true
    }
  }

  /// The kind of each of that many layers.
  func layerKinds(count: Int) -> [LayerKind] {
    let all = Array(repeating: hasDistances ? LayerKind.distance : .dense, count: count)
    return self == .hybrid ? all.dropLast() + [.dense] : all
  }
}
