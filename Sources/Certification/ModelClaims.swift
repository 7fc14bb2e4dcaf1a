internal import CSupNorm

/// What a model header states, number by number.
///
/// Nobody trusts it before `verification(of:)` has re-derived it.
///
/// The numbers are plain `Int`: a header may claim anything, also what does not fit in the device's types.
public struct ModelClaims: Equatable, Sendable {
  /// The prefix of every identifier.
  public var name: String
  /// The version of the header format.
  public var formatVersion: Int
  /// LSB that make one mapped input unit.
  public var unit: Int
  /// Values of one sample.
  public var inputs: Int
  /// Logits of one sample.
  public var outputs: Int
  /// The least input of the declared range, in LSB.
  public var inputMinimum: Int
  /// The greatest input of the declared range, in LSB.
  public var inputMaximum: Int
  /// Scratch memory for inference and certificates.
  public var scratchBytes: Int
  /// Scratch memory for inference alone.
  public var inferScratchBytes: Int
  /// CRC-32 of the canonical byte string.
  public var crc32: Int
  /// CRC-32 of its first record alone.
  public var headCRC32: Int
  /// The layers, first to last.
  public var layers: [LayerClaims]
  /// Of the pairs of classes, in the order (0,1) (0,2) … (1,2) …; of a regression, of each output; empty when every
  /// layer is max-plus.
  public var bounds: [BoundClaims]
  /// One, shared by all inputs, or one for each.
  public var features: [FeatureClaims]
  /// Empty or one for each input.
  public var featureNames: [String]
  /// Empty or one for each output.
  public var classNames: [String]
  /// Samples with the answers the host computed.
  public var golden: [GoldenClaims]
  /// What the outputs are.
  public var task: Task
  /// The inputs that the last layer reads behind the last hidden layer's outputs.
  public var residualInputs: [Int]
  /// The inputs in which every output is said to be monotone.
  public var monotoneInputs: [MonotoneClaims]
  /// A regression's outputs in the user's units, one for each; empty for a classifier.
  public var targets: [TargetClaims]
  /// A regression's output names, empty or one for each.
  public var targetNames: [String]
  /// The radius in LSB that covers all tolerances at once; 0 when none are declared.
  public var toleranceLSB: Int
  /// The declared tolerance of each input in its own unit, 0 for none; empty when none are declared.
  public var tolerances: [Double]

  /// Creates claims; nothing is checked.
  public init(
    name: String, formatVersion: Int, unit: Int, inputs: Int, outputs: Int, inputMinimum: Int,
    inputMaximum: Int, scratchBytes: Int, inferScratchBytes: Int, crc32: Int, headCRC32: Int,
    layers: [LayerClaims],
    bounds: [BoundClaims], features: [FeatureClaims], featureNames: [String], classNames: [String],
    golden: [GoldenClaims], task: Task = .classification, residualInputs: [Int] = [],
    monotoneInputs: [MonotoneClaims] = [], targets: [TargetClaims] = [], targetNames: [String] = [],
    toleranceLSB: Int = 0, tolerances: [Double] = []
  ) {
    self.name = name
    self.formatVersion = formatVersion
    self.unit = unit
    self.inputs = inputs
    self.outputs = outputs
    self.inputMinimum = inputMinimum
    self.inputMaximum = inputMaximum
    self.scratchBytes = scratchBytes
    self.inferScratchBytes = inferScratchBytes
    self.crc32 = crc32
    self.headCRC32 = headCRC32
    self.layers = layers
    self.bounds = bounds
    self.features = features
    self.featureNames = featureNames
    self.classNames = classNames
    self.golden = golden
    self.task = task
    self.residualInputs = residualInputs
    self.monotoneInputs = monotoneInputs
    self.targets = targets
    self.targetNames = targetNames
    self.toleranceLSB = toleranceLSB
    self.tolerances = tolerances
  }
}

/// One layer of a header.
public struct LayerClaims: Equatable, Sendable {
  /// One stored weight.
  ///
  /// A header has millions of them, so they take 8 bytes: numbers beyond `Int32`, which no layer can have, are stated
  /// as its nearest one.
  public struct Entry: Equatable, Sendable {
    private var storedColumn: Int32
    private var storedWeight: Int32

    /// The input it multiplies.
    public var column: Int {
      get { Int(storedColumn) }
      set { storedColumn = Int32(clamping: newValue) }
    }
    /// The weight itself.
    public var weight: Int {
      get { Int(storedWeight) }
      set { storedWeight = Int32(clamping: newValue) }
    }

    /// Creates an entry.
    public init(column: Int, weight: Int) {
      storedColumn = Int32(clamping: column)
      storedWeight = Int32(clamping: weight)
    }
  }

  /// One entry of a max-plus row: `sign · x_column + offset`, in 12 bytes as `Entry` is in 8.
  public struct MaxPlusEntry: Equatable, Sendable {
    private var storedColumn: Int32
    private var storedSign: Int32
    private var storedOffset: Int32

    /// The input it reads.
    public var column: Int {
      get { Int(storedColumn) }
      set { storedColumn = Int32(clamping: newValue) }
    }
    /// 1 or -1.
    public var sign: Int {
      get { Int(storedSign) }
      set { storedSign = Int32(clamping: newValue) }
    }
    /// What is added.
    public var offset: Int {
      get { Int(storedOffset) }
      set { storedOffset = Int32(clamping: newValue) }
    }

    /// Creates an entry.
    public init(column: Int, sign: Int, offset: Int) {
      storedColumn = Int32(clamping: column)
      storedSign = Int32(clamping: sign)
      storedOffset = Int32(clamping: offset)
    }
  }

  /// What the layer computes, and how it is stored.
  public var kind: IntegerLayerKind
  /// Outputs, as the header states them.
  public var rowCount: Int
  /// Inputs, as the header states them.
  public var columns: Int
  /// A weight means `w / 2^shift`; 0 in a max-plus layer.
  public var shift: Int
  /// What follows requantization; in the last layer identity, or negate of a max-plus layer.
  public var activation: IntegerActivation
  /// The bound on every row's `Σ|w|`; 1 in a max-plus layer.
  public var rowSumBound: Int
  /// The layout bits of a max-plus layer, see supnorm.h: 1 for byte columns, 2 for byte offsets; else 0.
  public var layout: Int
  /// The stored weights of each row; all columns in order for a dense layer; empty for a max-plus layer.
  public var rows: [[Entry]]
  /// One for each row, in accumulator units; empty for a max-plus layer.
  public var biases: [Int]
  /// The entries of each row of a max-plus layer, in storage order; empty for the other kinds.
  public var entries: [[MaxPlusEntry]]

  /// Creates claims; nothing is checked.
  public init(
    kind: IntegerLayerKind, rowCount: Int, columns: Int, shift: Int, activation: IntegerActivation,
    rowSumBound: Int, layout: Int = 0, rows: [[Entry]] = [], biases: [Int] = [],
    entries: [[MaxPlusEntry]] = []
  ) {
    self.kind = kind
    self.rowCount = rowCount
    self.columns = columns
    self.shift = shift
    self.activation = activation
    self.rowSumBound = rowSumBound
    self.layout = layout
    self.rows = rows
    self.biases = biases
    self.entries = entries
  }

  /// Whether the columns of a max-plus layer are bytes, in blocks of 256 columns.
  public var hasByteColumns: Bool { kind == .maxPlus && layout & 1 != 0 }
  /// Whether the offsets of a max-plus layer are bytes.
  public var hasByteOffsets: Bool { kind == .maxPlus && layout & 2 != 0 }
  /// The groups of each row of a max-plus layer: two, or with byte columns two for each block of at most 1024 columns.
  public var groupsPerRow: Int { hasByteColumns ? 2 * ((min(max(columns, 1), 1024) + 255) / 256) : 2 }
}

/// One bound of a header: of a pair of classes `M_jk(d) ≤ slope·d + offset`, of an output of a regression the same
/// for its own change.
public struct BoundClaims: Equatable, Sendable {
  /// A, in accumulator units for each LSB.
  public var slope: Int
  /// B, in accumulator units.
  public var offset: Int

  /// Creates claims; nothing is checked.
  public init(slope: Int, offset: Int) {
    self.slope = slope
    self.offset = offset
  }
}

/// The input map of one feature: in real numbers for hosts, in integers for raw readings.
///
/// A reading is a whole number, `reading = value · base^exponent`. For values that are readings the integer map is the
/// map; a feature without one has base 0 and zeros.
public struct FeatureClaims: Equatable, Sendable {
  /// `mapped = (value - offset) · scale`; an input is `floor(mapped · unit + 1/2)`, clamped.
  public var offset: Double
  /// Mapped units for each unit of the feature.
  public var scale: Double
  /// 10 or 2; 0 for a feature that has no readings.
  public var base: Int
  /// The power of the base that makes readings of values.
  public var exponent: Int
  /// `((reading - origin) · multiplier + addend) >> shift`, clamped.
  public var origin: Int
  /// 1 … 2^31 - 1; 0 for a feature that has no readings.
  public var multiplier: Int
  /// Holds the rounding term too.
  public var addend: Int
  /// The places dropped at the end, 0 … 31.
  public var shift: Int
  /// How far the feature may move, in its own unit, for each LSB of a certified radius: at most
  /// `1 / (scale · unit)`.
  public var tolerance: Double

  /// Creates claims; nothing is checked.
  public init(
    offset: Double, scale: Double, base: Int = 10, exponent: Int = 0, origin: Int = 0, multiplier: Int,
    addend: Int, shift: Int, tolerance: Double
  ) {
    self.offset = offset
    self.scale = scale
    self.base = base
    self.exponent = exponent
    self.origin = origin
    self.multiplier = multiplier
    self.addend = addend
    self.shift = shift
    self.tolerance = tolerance
  }

  /// Creates the claims of a feature that has no readings.
  public init(hostOnlyOffset offset: Double, scale: Double, tolerance: Double) {
    self.init(
      offset: offset, scale: scale, base: 0, multiplier: 0, addend: 0, shift: 0, tolerance: tolerance)
  }

  /// Whether the device can encode the feature.
  public var hasReadings: Bool { base != 0 }
}

/// An input in which every output of a header is said to be monotone.
public struct MonotoneClaims: Equatable, Sendable {
  /// The input.
  public var input: Int
  /// 1: no output falls when the input grows; -1: none rises.
  public var direction: Int

  /// Creates claims; nothing is checked.
  public init(input: Int, direction: Int) {
    self.input = input
    self.direction = direction
  }
}

/// An output of a regression in the user's unit: `value = offset + accumulator · scale`.
public struct TargetClaims: Equatable, Sendable {
  /// The value at accumulator 0.
  public var offset: Double
  /// The unit of the value for each accumulator unit, positive.
  public var scale: Double

  /// Creates claims; nothing is checked.
  public init(offset: Double, scale: Double) {
    self.offset = offset
    self.scale = scale
  }
}

/// One golden vector of a header.
public struct GoldenClaims: Equatable, Sendable {
  /// The sample in LSB.
  public var input: [Int]
  /// Raw accumulators of the last layer.
  public var logits: [Int]
  /// The index of the largest logit.
  public var classIndex: Int
  /// The certified global radius.
  public var radiusLSB: Int
  /// The largest radius the interval certificate proves, -1 for none.
  public var localRadiusLSB: Int

  /// Creates claims; nothing is checked.
  public init(input: [Int], logits: [Int], classIndex: Int, radiusLSB: Int, localRadiusLSB: Int) {
    self.input = input
    self.logits = logits
    self.classIndex = classIndex
    self.radiusLSB = radiusLSB
    self.localRadiusLSB = localRadiusLSB
  }
}

extension ModelClaims {
  /// The format that this version of the program reads and writes.
  public static let currentFormatVersion = Int(SUPNORM_FORMAT_VERSION)

  /// Whether the header has a table of bounds: a network of max-plus layers alone needs none.
  public var hasBoundTable: Bool { layers.contains { $0.kind != .maxPlus } }

  /// The network that the claims describe, for running it.
  ///
  /// - Throws: `InadmissibleRow`.
  /// - Precondition: `verification(of:)` found no problem.
  public func network() throws(InadmissibleRow) -> IntegerNetwork {
    try IntegerNetwork(
      layers: layers.map(\.layer), unit: unit, inputMinimum: inputMinimum, inputMaximum: inputMaximum,
      residualInputs: residualInputs, task: task)
  }
}

extension LayerClaims {
  /// The layer that the claims describe.
  fileprivate var layer: IntegerLayer {
    if kind == .maxPlus {
      return IntegerLayer(
        columns: columns,
        entries: entries.map { row in
          row.map { Certification.MaxPlusEntry(column: $0.column, isNegated: $0.sign < 0, offset: $0.offset) }
        }, activation: activation, usesByteColumns: hasByteColumns, usesByteOffsets: hasByteOffsets)
    }
    var weights = [Int16](repeating: 0, count: rowCount * columns)
    for (row, entries) in rows.enumerated() {
      for entry in entries { weights[row * columns + entry.column] = Int16(entry.weight) }
    }
    return IntegerLayer(
      rows: rowCount, columns: columns, weights: weights, biases: biases.map { Int32($0) }, shift: shift,
      activation: activation, rowSumBound: rowSumBound, isSparse: kind == .sparse)
  }

  /// What a layer states of itself in a header.
  public init(_ layer: IntegerLayer) {
    self.init(
      kind: layer.kind, rowCount: layer.rows, columns: layer.columns, shift: layer.shift,
      activation: layer.activation, rowSumBound: layer.rowSumBound,
      layout: Int(layer.layout),
      rows: layer.kind == .maxPlus
        ? []
        : (0..<layer.rows).map { row in
          layer.row(row).enumerated().compactMap { column, weight in
            layer.kind == .sparse && weight == 0 ? nil : Entry(column: column, weight: Int(weight))
          }
        },
      biases: layer.biases.map { Int($0) },
      entries: layer.entries.map { row in
        row.map { MaxPlusEntry(column: $0.column, sign: $0.isNegated ? -1 : 1, offset: $0.offset) }
      })
  }
}
