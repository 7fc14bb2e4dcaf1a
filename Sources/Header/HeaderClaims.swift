internal import FileAccess
internal import CSupNorm
internal import Claims

/// What the macros of a header claim.
extension MacroTable {
  func claims() throws(FileError) -> ModelClaims {
    // Another version may have other macros, so it is told before any of them is missed.
    let version = Int(SUPNORM_FORMAT_VERSION)
    if try find("FORMAT_VERSION") != nil { _ = try count("FORMAT_VERSION", version...version) }
    let layerCount = try count("LAYERS", 1...65535)
    let goldenCount = try count("GOLDEN_COUNT", 0...65535)
    var layers: [LayerClaims] = []
    for index in 0..<layerCount { layers.append(try layer(index)) }
    let task = try choice(
      "TASK", ["SUPNORM_CLASSIFICATION": Task.classification, "SUPNORM_REGRESSION": .regression])
    var golden: [GoldenClaims] = []
    for index in 0..<goldenCount { golden.append(try goldenVector(index)) }
    return try ModelClaims(
      name: prefix.lowercased(), formatVersion: integer("FORMAT_VERSION"), unit: integer("UNIT"),
      inputs: integer("INPUTS"), outputs: integer("OUTPUTS"), inputMinimum: integer("INPUT_MIN"),
      inputMaximum: integer("INPUT_MAX"), scratchBytes: integer("SCRATCH_BYTES"),
      inferScratchBytes: integer("INFER_SCRATCH_BYTES"), crc32: integer("CRC32"),
      headCRC32: integer("HEAD_CRC32"), layers: layers,
      bounds: bounds(of: layers, task),
      features: features(), featureNames: strings("FEATURE_NAMES"), classNames: strings("CLASS_NAMES"),
      golden: golden, task: task, residualInputs: integers("RESIDUAL_INPUTS"),
      monotoneInputs: items("MONOTONE_INPUTS", arity: 3) {
        MonotoneClaims(input: $0[0], direction: $0[1], classIndex: $0[2])
      },
      convexInputs: integers("CONVEX_INPUTS"), convexityBounds: integers("CONVEXITY_BOUNDS"),
      targets: reals("TARGETS", arity: 2) { TargetClaims(offset: $0[0], scale: $0[1]) },
      targetNames: strings("TARGET_NAMES"), toleranceLSB: integer("TOLERANCE_LSB"),
      tolerances: reals("TOLERANCES", arity: 1) { $0[0] })
  }

  // MARK: - Parts

  private func layer(_ index: Int) throws(FileError) -> LayerClaims {
    let prefix = "LAYER\(index)"
    let read = try choice("\(prefix)_KIND", layerReaders)
    let rowCount = try count("\(prefix)_ROWS", 1...65535)
    let content = try read(self, prefix, rowCount)
    return try LayerClaims(
      rowCount: rowCount, columns: integer("\(prefix)_COLUMNS"), shift: integer("\(prefix)_SHIFT"),
      activation: activation(prefix),
      rowSumBound: integer("\(prefix)_ROW_SUM_BOUND"), content: content)
  }

  private func activation(_ prefix: String) throws(FileError) -> IntegerActivation {
    let kinds = IntegerActivation.plain + [.smooth(TableClaims(shift: 0, gain: 0, nodes: []))]
    let kind = try choice(
      "\(prefix)_ACTIVATION", Dictionary(uniqueKeysWithValues: kinds.map { ($0.headerName, $0) }))
    return kind.table == nil ? kind : .smooth(try .read(self, prefix))
  }

  /// The table of bounds, which there is none of where every layer passes changes on.
  private func bounds(of layers: [LayerClaims], _ task: Task) throws(FileError) -> [BoundClaims] {
    guard layers.contains(where: { !$0.passesChangesOn }) else { return [] }
    return try items(task == .regression ? "OUTPUT_BOUNDS" : "PAIRS", arity: 2) {
      BoundClaims(slope: $0[0], offset: $0[1])
    }
  }

  private func features() throws(FileError) -> [FeatureClaims] {
    var result: [FeatureClaims] = []
    try forEachItem("FEATURES", count: { result.reserveCapacity($0) }) { item, index throws(FileError) in
      let arguments = arguments(of: item)
      let reals = arguments.map(real)
      let numbers = arguments.dropFirst(2).prefix(6).compactMap(integer)
      guard arguments.count == 9, let offset = reals[0], let scale = reals[1], let tolerance = reals[8],
        numbers.count == 6
      else { throw try error("FEATURES", macro("FEATURES"), "item \(index) is not an input map") }
      result.append(
        FeatureClaims(
          offset: offset, scale: scale, base: numbers[0], exponent: numbers[1], origin: numbers[2],
          multiplier: numbers[3], addend: numbers[4], shift: numbers[5], tolerance: tolerance))
    }
    return result
  }

  private func goldenVector(_ index: Int) throws(FileError) -> GoldenClaims {
    let prefix = "GOLDEN\(index)"
    return try GoldenClaims(
      input: integers("\(prefix)_INPUT"), logits: integers("\(prefix)_LOGITS"),
      classIndex: integer("\(prefix)_CLASS"), radiusLSB: integer("\(prefix)_RADIUS"),
      localRadiusLSB: integer("\(prefix)_LOCAL_RADIUS"))
  }
}

/// What the entries of a layer can be in claims; beyond it nothing can be stated.
let entryRange = Int(Int32.min)...Int(Int32.max)
