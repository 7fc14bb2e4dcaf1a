public import Certification

/// Writes the C header of a model, DESIGN §4: every number once, as an X-macro row that becomes both the data and
/// the compile-time proof.
///
/// The same claims give the same bytes. Nothing is checked here: `verification(of:)` does that.
///
/// - Complexity: O(parameters).
public func headerText(of model: ModelClaims) -> String {
  var writer = HeaderWriter(model: model)
  writer.writeHeader()
  return writer.text
}

/// Names that can prefix every identifier of a header: a lowercase letter, then lowercase letters, digits and
/// underscores, at most 40; not `supnorm`, whose names the library has.
public func isValidHeaderName(_ name: String) -> Bool {
  guard let first = name.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else {
    return false
  }
  return name.utf8.count <= 40 && name != "supnorm" && !name.hasSuffix("_")
    && name.utf8.allSatisfy {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        || $0 == UInt8(ascii: "_")
    }
}

private struct HeaderWriter {
  let model: ModelClaims
  var text = ""

  private var lower: String { model.name }
  private var upper: String { model.name.uppercased() }
  private var isRegression: Bool { model.task == .regression }

  init(model: ModelClaims) { self.model = model }

  mutating func writeHeader() {
    writePreamble()
    writeResidualInputs()
    for index in model.layers.indices {
      writeNumbers(ofLayer: index)
      writeData(ofLayer: index)
      writeProof(ofLayer: index)
    }
    writeBounds()
    writeMonotoneInputs()
    writeInputMap()
    writeTolerances()
    writeTargets()
    writeNames()
    writeGoldenVectors()
    writeNetwork()
  }

  // MARK: - Parts

  private mutating func writePreamble() {
    let shape = ([model.inputs] + model.layers.map(\.rowCount)).map { "\($0)" }.joined(separator: "-")
    line(
      """
      /* \(lower).h: a certified integer network, \(shape), written by supnorm. Do not edit: `supnorm verify` tells.
       *
       * Every number stands here once, as an argument of an X-macro row. The rows expand to the data and to the
       * proof about it: a compiler that accepts this file has proved that no row sum exceeds its bound, that every
       * column exists and that no accumulator can overflow (-DSUPNORM_SKIP_PROOF turns that off). The types are those of supnorm.h.
       */
      #ifndef \(upper)_H
      #define \(upper)_H

      #include "supnorm.h"

      #define \(upper)_FORMAT_VERSION \(model.formatVersion)
      #if \(upper)_FORMAT_VERSION != SUPNORM_FORMAT_VERSION
      #error "\(lower).h was written for another format version than that of supnorm.h"
      #endif

      #define \(upper)_TASK \(isRegression ? "SUPNORM_REGRESSION" : "SUPNORM_CLASSIFICATION")
      #define \(upper)_UNIT \(model.unit) /* LSB that make one mapped input unit */
      #define \(upper)_INPUTS \(model.inputs)
      #define \(upper)_OUTPUTS \(model.outputs)
      #define \(upper)_LAYERS \(model.layers.count)
      #define \(upper)_INPUT_MIN \(parenthesized(model.inputMinimum))
      #define \(upper)_INPUT_MAX \(parenthesized(model.inputMaximum))
      #define \(upper)_SCRATCH_BYTES \(model.scratchBytes)
      #define \(upper)_INFER_SCRATCH_BYTES \(model.inferScratchBytes) /* without supnorm_certify */
      #define \(upper)_TOLERANCE_LSB \(model.toleranceLSB) /* the radius that covers all declared tolerances */
      #define \(upper)_CRC32 0x\(hexadecimal(model.crc32)) /* of all that certificates rest on */
      #define \(upper)_HEAD_CRC32 0x\(hexadecimal(model.headCRC32)) /* of its first record, the counts */
      #define \(upper)_GOLDEN_COUNT \(model.golden.count)

      /* The same for code that pastes the lowercase name. */
      enum {
        \(lower)_inputs = \(upper)_INPUTS,
        \(lower)_outputs = \(upper)_OUTPUTS,
        \(lower)_scratch_bytes = \(upper)_SCRATCH_BYTES
      };

      """)
  }

  private mutating func writeNumbers(ofLayer index: Int) {
    let layer = model.layers[index]
    let prefix = "\(upper)_LAYER\(index)"
    line(
      """
      /* ---- Layer \(index) ---- */
      #define \(prefix)_KIND \(layer.kind.headerName)
      #define \(prefix)_ROWS \(layer.rowCount)
      #define \(prefix)_COLUMNS \(layer.columns)
      #define \(prefix)_SHIFT \(layer.shift)
      #define \(prefix)_ACTIVATION \(layer.activation.headerName)
      #define \(prefix)_ROW_SUM_BOUND \(layer.rowSumBound)
      """)
    switch layer.kind {
    case .dense, .sparse:
      for (row, weights) in layer.rows.enumerated() {
        define(
          "\(prefix)_ROW\(row)", "W",
          weights.map { layer.kind == .sparse ? "\($0.column), \($0.weight)" : "\($0.weight)" })
      }
      define("\(prefix)_BIAS", "B", layer.biases.map { "\($0)" })
    case .maxPlus:
      line("#define \(prefix)_LAYOUT \(layer.layout)")
      for (row, entries) in layer.entries.enumerated() {
        define("\(prefix)_ROW\(row)", "W", entries.map { "\($0.column), \($0.sign), \($0.offset)" })
      }
    }
    line("")
  }

  private mutating func writeData(ofLayer index: Int) {
    let layer = model.layers[index]
    let prefix = "\(upper)_LAYER\(index)"
    let name = "\(lower)_layer\(index)"
    func rows(_ macro: String) -> [String] { layer.rows.indices.map { "\(prefix)_ROW\($0)(\(macro))" } }
    switch layer.kind {
    case .dense:
      array("int16_t", "\(name)_weights", rows("SUPNORM_VALUE"))
    case .sparse:
      array("uint16_t", "\(name)_row_entries", rows("SUPNORM_ENTRY_COUNT").map { "0 \($0)," })
      array("uint16_t", "\(name)_column_indices", rows("SUPNORM_ENTRY_COLUMN"))
      array("int16_t", "\(name)_weights", rows("SUPNORM_ENTRY_WEIGHT"))
    case .maxPlus:
      writeMaxPlusData(ofLayer: index)
      return
    }
    array("int32_t", "\(name)_biases", ["\(prefix)_BIAS(SUPNORM_VALUE)"])
  }

  private mutating func writeMaxPlusData(ofLayer index: Int) {
    let layer = model.layers[index]
    let name = "\(lower)_layer\(index)"
    func rows(_ macro: String) -> [String] {
      layer.entries.indices.map { "\(upper)_LAYER\(index)_ROW\($0)(\(macro))" }
    }
    let groups =
      layer.hasByteColumns
      ? (0..<layer.groupsPerRow).map { "SUPNORM_GROUP\($0)" } : ["SUPNORM_PLUS_GROUP", "SUPNORM_MINUS_GROUP"]
    array(
      "uint16_t", "\(name)_row_entries",
      layer.entries.indices.map { row in
        groups.map { "0 \(upper)_LAYER\(index)_ROW\(row)(\($0))," }.joined(separator: " ")
      })
    if layer.hasByteColumns {
      array("uint8_t", "\(name)_byte_columns", rows("SUPNORM_MAXPLUS_BYTE_COLUMN"))
    } else {
      array("uint16_t", "\(name)_column_indices", rows("SUPNORM_MAXPLUS_COLUMN"))
    }
    if layer.hasByteOffsets {
      array("uint8_t", "\(name)_byte_offsets", rows("SUPNORM_MAXPLUS_BYTE_OFFSET"))
    } else {
      array("int16_t", "\(name)_offsets", rows("SUPNORM_MAXPLUS_OFFSET"))
    }
  }

  private mutating func writeProof(ofLayer index: Int) {
    let layer = model.layers[index]
    let prefix = "\(upper)_LAYER\(index)"
    let place = "\(lower).h: layer \(index)"
    var columns = index == 0 ? "\(upper)_INPUTS" : "\(upper)_LAYER\(index - 1)_ROWS"
    if index > 0, index == model.layers.count - 1 { columns += " \(upper)_RESIDUAL_INPUTS(SUPNORM_COUNT)" }
    prove("\(prefix)_COLUMNS == \(columns)", "\(place): columns do not fit the inputs")
    if layer.kind == .maxPlus {
      writeMaxPlusProof(ofLayer: index, prefix, place)
      return
    }
    prove("\(prefix)_SHIFT >= 0 && \(prefix)_SHIFT <= 15", "\(place): shift out of range")
    prove("0 \(prefix)_BIAS(SUPNORM_COUNT) == \(prefix)_ROWS", "\(place): number of biases")
    line(
      "#define \(prefix)_BIAS_FITS(b) && SUPNORM_BIAS_FITS(b, \(prefix)_ROW_SUM_BOUND, \(prefix)_SHIFT)")
    prove("1 \(prefix)_BIAS(\(prefix)_BIAS_FITS)", "\(place): an accumulator could overflow")
    for row in layer.rows.indices {
      let name = "\(prefix)_ROW\(row)"
      let place = "\(place) row \(row)"
      if layer.kind == .sparse {
        prove("-1 \(name)(SUPNORM_ENTRY_NEXT) < \(prefix)_COLUMNS", "\(place): columns out of order or range")
        prove(
          "INT64_C(0) \(name)(SUPNORM_ENTRY_SUM) <= \(prefix)_ROW_SUM_BOUND",
          "\(place): row sum exceeds \(prefix)_ROW_SUM_BOUND")
      } else {
        prove("0 \(name)(SUPNORM_COUNT) == \(prefix)_COLUMNS", "\(place): number of weights")
        prove(
          "INT64_C(0) \(name)(SUPNORM_SUM) <= \(prefix)_ROW_SUM_BOUND",
          "\(place): row sum exceeds \(prefix)_ROW_SUM_BOUND")
      }
    }
    line("")
  }

  private mutating func writeMaxPlusProof(ofLayer index: Int, _ prefix: String, _ place: String) {
    let layer = model.layers[index]
    let counts = "\(lower)_layer\(index)_row_entries"
    prove(
      "\(prefix)_SHIFT == 0 && \(prefix)_ROW_SUM_BOUND == 1", "\(place): shift or row sum bound of max-plus")
    prove("SUPNORM_LAYOUT_FITS(\(prefix)_COLUMNS, \(prefix)_LAYOUT)", "\(place): layout does not fit")
    prove(
      "sizeof \(counts) / sizeof \(counts)[0] == \(prefix)_ROWS * SUPNORM_GROUPS(\(prefix)_COLUMNS, \(prefix)_LAYOUT)",
      "\(place): number of rows")
    line(
      "#define \(prefix)_ENTRY_FITS(column, sign, offset) \\\n"
        + "  && SUPNORM_MAXPLUS_FITS(column, sign, offset, \(prefix)_COLUMNS, \(prefix)_LAYOUT)")
    let next = layer.hasByteColumns ? "SUPNORM_MAXPLUS_BYTE_NEXT" : "SUPNORM_MAXPLUS_NEXT"
    for row in layer.entries.indices {
      let name = "\(prefix)_ROW\(row)"
      let place = "\(place) row \(row)"
      prove("0 \(name)(SUPNORM_MAXPLUS_COUNT) > 0", "\(place): no entries")
      prove("1 \(name)(\(prefix)_ENTRY_FITS)", "\(place): a column, sign or offset out of range")
      prove("-1 \(name)(\(next)) < 131072", "\(place): entries out of order")
    }
    line("")
  }

  private mutating func writeResidualInputs() {
    line("/* ---- The inputs that the last layer reads behind the outputs of the last hidden layer ---- */")
    define("\(upper)_RESIDUAL_INPUTS", "I", model.residualInputs.map { "\($0)" })
    if !model.residualInputs.isEmpty {
      array("uint16_t", "\(lower)_residual_inputs", ["\(upper)_RESIDUAL_INPUTS(SUPNORM_VALUE)"])
      prove(
        "-1 \(upper)_RESIDUAL_INPUTS(SUPNORM_NEXT) < \(upper)_INPUTS",
        "\(lower).h: residual inputs out of order or range")
    }
    line("")
  }

  private mutating func writeBounds() {
    let outputs = "\(upper)_LAYER\(model.layers.count - 1)_ROWS == \(upper)_OUTPUTS"
    guard model.hasBoundTable else {
      line(
        """
        /* ---- Certificate: every layer is max-plus, so inputs that differ by at most d LSB everywhere change each
         * output by at most d and each difference of two by at most 2 * d; no table is needed ---- */
        """)
      prove(outputs, "\(lower).h: number of outputs")
      line("")
      return
    }
    let arguments = model.bounds.map { "\($0.slope), \($0.offset)" }
    let name = isRegression ? "\(upper)_OUTPUT_BOUNDS" : "\(upper)_PAIRS"
    if isRegression {
      line(
        """
        /* ---- Certificate: inputs that differ by at most d LSB everywhere change output j by at most A * d + B
         * accumulator units; P(A, B) for each output ---- */
        """)
    } else {
      line(
        """
        /* ---- Certificate: for classes j < k, inputs that differ by at most d LSB everywhere change
         * logit_j - logit_k by at most A * d + B; P(A, B) for the pairs (0,1) (0,2) ... (1,2) ... ---- */
        """)
    }
    define(name, "P", arguments)
    array("supnorm_bound", "\(lower)_bounds", [arguments.isEmpty ? "{0, 0}" : "\(name)(SUPNORM_BOUND)"])
    if isRegression {
      prove("0 \(name)(SUPNORM_ENTRY_COUNT) == \(upper)_OUTPUTS", "\(lower).h: number of output bounds")
    } else {
      prove(
        "(0 \(name)(SUPNORM_ENTRY_COUNT)) * 2 == \(upper)_OUTPUTS * (\(upper)_OUTPUTS - 1)",
        "\(lower).h: number of pairs")
    }
    prove(outputs, "\(lower).h: number of outputs")
    line("")
  }

  private mutating func writeMonotoneInputs() {
    line(
      """
      /* ---- Monotone: M(input, 1), no output falls when the input grows; M(input, -1), none rises. supnorm verify
       * proves it on the integers ---- */
      """)
    define("\(upper)_MONOTONE_INPUTS", "M", model.monotoneInputs.map { "\($0.input), \($0.direction)" })
    line("")
  }

  private mutating func writeTolerances() {
    line(
      """
      /* ---- Tolerances: T(tolerance) for each input, in its own unit, 0 for none: a radius of \(upper)_TOLERANCE_LSB
       * means that every input may move by its tolerance, all at once ---- */
      """)
    define("\(upper)_TOLERANCES", "T", model.tolerances.map { "\($0)" })
    line("")
  }

  private mutating func writeTargets() {
    line("/* ---- Outputs of a regression: T(offset, scale), value = offset + accumulator * scale ---- */")
    define("\(upper)_TARGETS", "T", model.targets.map { "\($0.offset), \($0.scale)" })
    define("\(upper)_TARGET_NAMES", "N", model.targetNames.map(literal))
    line("")
  }

  private mutating func writeInputMap() {
    line(
      """
      /* ---- Inputs: F(offset, scale, base, exponent, origin, multiplier, addend, shift, tolerance), one for all inputs
       * or one for each. A reading is a whole number, value * base^exponent, and becomes
       * q = ((reading - origin) * multiplier + addend) >> shift (supnorm_encode). In real numbers x = (value - offset) *
       * scale and q = floor(x * \(upper)_UNIT + 1/2), before rounding at most 1/2 from the other; both are clamped to the
       * input range. Base 0: no readings, host only. A radius of r LSB means that every value may move by
       * r * tolerance, in its own unit. ---- */
      """)
    define(
      "\(upper)_FEATURES", "F",
      model.features.map {
        "\($0.offset), \($0.scale), \($0.base), \($0.exponent), \($0.origin), \($0.multiplier), \($0.addend), "
          + "\($0.shift), \($0.tolerance)"
      })
    array("supnorm_feature", "\(lower)_features", ["\(upper)_FEATURES(SUPNORM_FEATURE)"])
  }

  private mutating func writeNames() {
    define("\(upper)_FEATURE_NAMES", "N", model.featureNames.map(literal))
    define("\(upper)_CLASS_NAMES", "N", model.classNames.map(literal))
    line("")
  }

  private mutating func writeGoldenVectors() {
    line("/* ---- Golden vectors: samples of the data with the host's answers, for supnorm_self_test ---- */")
    for (index, golden) in model.golden.enumerated() {
      let prefix = "\(upper)_GOLDEN\(index)"
      define("\(prefix)_INPUT", "V", golden.input.map { "\($0)" })
      define("\(prefix)_LOGITS", "V", golden.logits.map { "\($0)" })
      line(
        """
        #define \(prefix)_CLASS \(parenthesized(golden.classIndex))
        #define \(prefix)_RADIUS \(golden.radiusLSB)
        #define \(prefix)_LOCAL_RADIUS \(parenthesized(golden.localRadiusLSB))
        """)
    }
    let indices = model.golden.indices
    array("int16_t", "\(lower)_golden_inputs", indices.map { "\(upper)_GOLDEN\($0)_INPUT(SUPNORM_VALUE)" })
    array("int32_t", "\(lower)_golden_logits", indices.map { "\(upper)_GOLDEN\($0)_LOGITS(SUPNORM_VALUE)" })
    array(
      "supnorm_golden", "\(lower)_golden_vectors",
      indices.map { index in
        let prefix = "\(upper)_GOLDEN\(index)"
        return "{\(lower)_golden_inputs + \(index) * \(upper)_INPUTS, "
          + "\(lower)_golden_logits + \(index) * \(upper)_OUTPUTS, "
          + "\(prefix)_CLASS, \(prefix)_RADIUS, \(prefix)_LOCAL_RADIUS},"
      })
    line("")
  }

  private mutating func writeNetwork() {
    line("/* ---- The network ---- */")
    array(
      "supnorm_layer", "\(lower)_layers",
      model.layers.indices.map { index in
        let prefix = "\(upper)_LAYER\(index)"
        let name = "\(lower)_layer\(index)"
        let layer = model.layers[index]
        // The arrays in the order of `supnorm_layer`, and the one that has an element for each entry.
        let arrays: [String]
        switch layer.kind {
        case .dense: arrays = ["weights", "biases", "", "", "", ""]
        case .sparse: arrays = ["weights", "biases", "column_indices", "row_entries", "", ""]
        case .maxPlus:
          arrays = [
            layer.hasByteOffsets ? "" : "offsets", "", layer.hasByteColumns ? "" : "column_indices",
            "row_entries", layer.hasByteColumns ? "byte_columns" : "",
            layer.hasByteOffsets ? "byte_offsets" : "",
          ]
        }
        let pointers = arrays.map { $0.isEmpty ? "NULL" : "\(name)_\($0)" }
        let counted = layer.hasByteOffsets ? pointers[5] : pointers[0]
        return """
          {\(prefix)_KIND, \(prefix)_ACTIVATION, \(prefix)_SHIFT, \(layer.kind == .maxPlus ? "\(prefix)_LAYOUT" : "0"),
             \(prefix)_ROWS, \(prefix)_COLUMNS, \(prefix)_ROW_SUM_BOUND, sizeof \(counted) / sizeof \(counted)[0],
             \(pointers[0]), \(pointers[1]), \(pointers[2]), \(pointers[3]),
             \(pointers[4]), \(pointers[5])},
          """
      })
    line(
      """
      static const supnorm_network \(lower)_network_data = {
        \(upper)_FORMAT_VERSION, \(upper)_LAYERS, \(upper)_INPUTS, \(upper)_OUTPUTS, \(upper)_UNIT,
        \(upper)_INPUT_MIN, \(upper)_INPUT_MAX, \(upper)_SCRATCH_BYTES, \(upper)_INFER_SCRATCH_BYTES,
        \(upper)_CRC32, \(upper)_HEAD_CRC32, \(lower)_layers, \(model.hasBoundTable ? "\(lower)_bounds" : "NULL"), \(lower)_features,
        \(model.residualInputs.isEmpty ? "NULL" : "\(lower)_residual_inputs"),
        sizeof \(lower)_features / sizeof \(lower)_features[0], 0 \(upper)_RESIDUAL_INPUTS(SUPNORM_COUNT),
        \(upper)_TOLERANCE_LSB, \(upper)_TASK
      };

      /* The network, for supnorm_infer and the others. */
      static inline const supnorm_network *\(lower)_network(void) { return &\(lower)_network_data; }

      /* The golden vectors, for supnorm_self_test; they take no space where they are not used. */
      static inline const supnorm_golden *\(lower)_golden(void) { return \(lower)_golden_vectors; }
      static inline uint32_t \(lower)_golden_count(void) { return \(upper)_GOLDEN_COUNT; }

      #endif
      """)
  }

  // MARK: - Lines

  private mutating func line(_ content: String) {
    text += content
    text += "\n"
  }

  /// An X-macro row, continued over lines of at most 110 columns.
  private mutating func define(_ name: String, _ parameter: String, _ arguments: [String]) {
    var current = "#define \(name)(\(parameter))"
    for argument in arguments {
      let item = "\(parameter)(\(argument))"
      if current.utf8.count + item.utf8.count > 107 {
        line(current + " \\")
        current = " "
      }
      current += " " + item
    }
    line(current)
  }

  private mutating func array(_ type: String, _ name: String, _ rows: [String]) {
    line("static const \(type) \(name)[] = {")
    for row in rows { line("  " + row) }
    line("};")
  }

  private mutating func prove(_ condition: String, _ message: String) {
    line("SUPNORM_PROVE(\(condition), \"\(message)\");")
  }

  private func parenthesized(_ value: Int) -> String { value < 0 ? "(\(value))" : "\(value)" }

  private func hexadecimal(_ value: Int) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
  }

  /// A C string literal; what is not printable ASCII is written in octal, so that the file stays ASCII.
  private func literal(_ string: String) -> String {
    let body = string.utf8.map { byte in
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "?"): "\\" + String(UnicodeScalar(byte))
      case 0x20...0x7E: String(UnicodeScalar(byte))
      default: "\\" + String(repeating: "0", count: byte < 8 ? 2 : byte < 64 ? 1 : 0) + String(byte, radix: 8)
      }
    }
    return "\"" + body.joined() + "\""
  }
}

extension IntegerLayerKind {
  /// The name of the constant in supnorm.h.
  var headerName: String {
    switch self {
    case .dense: "SUPNORM_DENSE"
    case .sparse: "SUPNORM_SPARSE"
    case .maxPlus: "SUPNORM_MAXPLUS"
    }
  }
}

extension IntegerActivation {
  /// The name of the constant in supnorm.h.
  var headerName: String {
    switch self {
    case .identity: "SUPNORM_IDENTITY"
    case .relu: "SUPNORM_RELU"
    case .abs: "SUPNORM_ABS"
    case .maxMin: "SUPNORM_MAXMIN"
    case .sort: "SUPNORM_SORT"
    case .negate: "SUPNORM_NEGATE"
    }
  }
}
