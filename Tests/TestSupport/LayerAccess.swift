internal import CSupNorm
internal import Checker
package import Certification
package import Claims
package import Integers

// What tests look for in a layer whatever its kind: empty where the kind has none. Kinds are told apart in the library
// through protocols; tests compare them with plain loops and so look inside.

/// The kinds of layers on the device.
package enum LayerKind: String, CaseIterable, Sendable {
  case dense, sparse, maxPlus

  /// The constant of supnorm.h.
  package var constant: Int32 {
    switch self {
    case .dense: SUPNORM_DENSE
    case .sparse: SUPNORM_SPARSE
    case .maxPlus: SUPNORM_MAXPLUS
    }
  }
}

extension IntegerLayer {
  package var kind: LayerKind { isMaxPlus ? .maxPlus : isSparse ? .sparse : .dense }

  /// A dense or sparse layer.
  package init(
    rows: Int, columns: Int, weights: [Int16], biases: [Int32], shift: Int, activation: IntegerActivation,
    rowSumBound: Int, isSparse: Bool
  ) {
    self = .weighted(
      WeightedLayer(
        rows: rows, columns: columns, weights: weights, biases: biases, shift: shift, activation: activation,
        rowSumBound: rowSumBound, isSparse: isSparse))
  }

  /// A layer of maxima.
  package init(
    columns: Int, entries: [[MaxPlusEntry]], activation: IntegerActivation,
    range: ClosedRange<Int> = -32768...32767
  ) {
    self = .maximum(
      MaxPlusLayer(columns: columns, entries: entries, activation: activation, range: range))
  }

  package var weights: [Int16] {
    get { asWeighted?.weights ?? [] }
    set { self = changed(weights: newValue) }
  }
  package var biases: [Int32] {
    get { asWeighted?.biases ?? [] }
    set { self = changed(biases: newValue) }
  }
  package var isSparse: Bool { asWeighted?.isSparse ?? false }
  package var entries: [[MaxPlusEntry]] { asMaximum?.entries ?? [] }
  package var isMaxPlus: Bool { asMaximum != nil }
  package var layout: Int32 { asMaximum?.layout ?? 0 }
  package var storedWords: [UInt32] { isSparse ? asWeighted?.storedWords ?? [] : [] }
  package var storedCounts: [UInt16] { isSparse ? asWeighted?.storedCounts ?? [] : [] }

  /// The weights of one row.
  package func row(_ index: Int) -> ArraySlice<Int16> { weights[index * columns..<(index + 1) * columns] }

  /// The same layer of weights in another storage or with another bound.
  package func changed(
    weights: [Int16]? = nil, biases: [Int32]? = nil, isSparse: Bool? = nil, rowSumBound: Int? = nil,
    activation: IntegerActivation? = nil
  ) -> IntegerLayer {
    if let layer = asMaximum {
      return IntegerLayer(
        columns: columns, entries: entries, activation: activation ?? layer.activation, range: layer.range)
    }
    return IntegerLayer(
      rows: rows, columns: columns, weights: weights ?? self.weights, biases: biases ?? self.biases,
      shift: shift, activation: activation ?? self.activation, rowSumBound: rowSumBound ?? self.rowSumBound,
      isSparse: isSparse ?? self.isSparse)
  }
}

extension MaxPlusEntry {
  package var isNegated: Bool { sign < 0 }

  package init(column: Int, isNegated: Bool, offset: Int) {
    self.init(column: column, sign: isNegated ? -1 : 1, offset: offset)
  }
}

extension IntegerNetwork {
  package var isMaxPlus: Bool { layers.allSatisfy(\.isMaxPlus) }

  /// The same network with other layers, another task or another range.
  package func changed(
    layers: [IntegerLayer]? = nil, task: Task? = nil, inputMinimum: Int? = nil, inputMaximum: Int? = nil,
    unit: Int? = nil
  ) -> IntegerNetwork {
    do {
      return try IntegerNetwork(
        layers: layers ?? self.layers, unit: unit ?? self.unit,
        inputMinimum: inputMinimum ?? self.inputMinimum,
        inputMaximum: inputMaximum ?? self.inputMaximum, residualInputs: residualInputs,
        task: task ?? self.task)
    } catch {
      preconditionFailure("\(error)")
    }
  }
}

extension IntegerNetwork {
  /// Replaces one layer, counted from the end where the index is negative.
  package mutating func replaceLayer(_ index: Int, by layer: IntegerLayer) {
    var layers = layers
    layers[index < 0 ? layers.count + index : index] = layer
    self = changed(layers: layers)
  }
}

extension LayerClaims {
  /// What a layer states of itself.
  package init(_ layer: IntegerLayer) { self = layer.claims }

  /// Claims of any kind, right or wrong.
  package init(
    kind: LayerKind, rowCount: Int, columns: Int, shift: Int, activation: IntegerActivation,
    rowSumBound: Int, layout: Int = 0, rows: [[WeightClaims.Entry]] = [], biases: [Int] = [],
    entries: [[MaxPlusClaims.Entry]] = [], bases: [Int] = [], range: ClosedRange<Int> = -32768...32767
  ) {
    let content: Content =
      switch kind {
      case .dense: .dense(WeightClaims(rows: rows, biases: biases))
      case .sparse: .sparse(WeightClaims(rows: rows, biases: biases))
      case .maxPlus:
        .maxPlus(
          MaxPlusClaims(
            layout: layout, inputMinimum: range.lowerBound, inputMaximum: range.upperBound, bases: bases,
            rows: entries))
      }
    self.init(
      rowCount: rowCount, columns: columns, shift: shift, activation: activation, rowSumBound: rowSumBound,
      content: content)
  }

  /// The kind; setting it between dense and sparse changes the storage that is claimed.
  package var kind: LayerKind {
    get {
      switch content {
      case .dense: .dense
      case .sparse: .sparse
      case .maxPlus: .maxPlus
      }
    }
    set {
      let weights = weightClaims
      switch newValue {
      case .dense: content = .dense(weights)
      case .sparse: content = .sparse(weights)
      case .maxPlus: content = .maxPlus(entryClaims)
      }
    }
  }

  private var weightClaims: WeightClaims {
    get {
      switch content {
      case .dense(let weights), .sparse(let weights): weights
      case .maxPlus: WeightClaims(rows: [], biases: [])
      }
    }
    set {
      switch content {
      case .dense: content = .dense(newValue)
      case .sparse: content = .sparse(newValue)
      case .maxPlus: break
      }
    }
  }

  private var entryClaims: MaxPlusClaims {
    get {
      if case .maxPlus(let claims) = content { return claims }
      return MaxPlusClaims(layout: 0, inputMinimum: 0, inputMaximum: 0, bases: [], rows: [])
    }
    set { if case .maxPlus = content { content = .maxPlus(newValue) } }
  }

  package var rows: [[WeightClaims.Entry]] {
    get { weightClaims.rows }
    set { weightClaims.rows = newValue }
  }
  package var biases: [Int] {
    get { weightClaims.biases }
    set { weightClaims.biases = newValue }
  }
  package var entries: [[MaxPlusClaims.Entry]] {
    get { entryClaims.rows }
    set { entryClaims.rows = newValue }
  }
  package var layout: Int {
    get { entryClaims.layout }
    set { entryClaims.layout = newValue }
  }
  package var bases: [Int] {
    get { entryClaims.bases }
    set { entryClaims.bases = newValue }
  }
  package var inputMinimum: Int {
    get { entryClaims.inputMinimum }
    set { entryClaims.inputMinimum = newValue }
  }
  package var inputMaximum: Int {
    get { entryClaims.inputMaximum }
    set { entryClaims.inputMaximum = newValue }
  }
}

extension ModelClaims {
  /// The network that the claims describe, proved or not.
  package func network() throws -> IntegerNetwork { try IntegerNetwork(self) }
}

extension CertifiedNetwork {
  /// The network of claims that hold.
  package convenience init(proving claims: ModelClaims) throws {
    struct Unproved: Error { let problems: [String] }
    let result = verification(of: claims)
    guard let verified = result.verified else { throw Unproved(problems: result.problems) }
    try self.init(verified)
  }
}

extension IntegerNetwork {
  /// The network as a header can state it: C has no empty arrays, so a layer without weights stores its zeros.
  package var statable: IntegerNetwork {
    changed(
      layers: layers.map { $0.kind == .sparse && $0.nonzeroCount == 0 ? $0.changed(isSparse: false) : $0 })
  }
}
