internal import Certification

/// The data of a header and the proofs about them, made of its macros alone.
extension HeaderWriter {
  mutating func writeData(ofLayer index: Int) {
    let layer = model.layers[index]
    let prefix = "\(upper)_LAYER\(index)"
    func rows(_ macro: String) -> some Sequence<String> {
      layer.rows.indices.lazy.map { "\(prefix)_ROW\($0)(\(macro))" }
    }
    switch layer.kind {
    case .dense:
      array("int16_t", shared("layer\(index)_weights"), rows("SUPNORM_VALUE"))
    case .sparse:
      array(
        "uint16_t", shared("layer\(index)_row_entries"),
        layer.rows.indices.lazy.map { "SUPNORM_COUNT2(\(prefix)_ROW\($0))," })
      array("uint16_t", shared("layer\(index)_column_indices"), rows("SUPNORM_ENTRY_COLUMN"))
      array("int16_t", shared("layer\(index)_weights"), rows("SUPNORM_ENTRY_WEIGHT"))
    case .maxPlus:
      writeMaxPlusData(ofLayer: index, prefix)
      return
    }
    array("int32_t", shared("layer\(index)_biases"), ["\(prefix)_BIAS(SUPNORM_VALUE)"])
  }

  private mutating func writeMaxPlusData(ofLayer index: Int, _ prefix: String) {
    let layer = model.layers[index]
    func rows(_ macro: String) -> some Sequence<String> {
      layer.entries.indices.lazy.map { "\(prefix)_ROW\($0)(\(macro))" }
    }
    let groups = layer.groupsPerRow
    array(
      "uint16_t", shared("layer\(index)_row_entries"),
      layer.entries.indices.lazy.map { row in
        let name = "\(prefix)_ROW\(row)"
        guard layer.hasByteColumns else {
          return "SUPNORM_PLUS_ENTRIES(\(name)), SUPNORM_MINUS_ENTRIES(\(name)),"
        }
        return (0..<groups).map { "SUPNORM_GROUP_ENTRIES(\(name), \($0))," }.joined(separator: " ")
      })
    if layer.hasByteColumns {
      array("uint8_t", shared("layer\(index)_byte_columns"), rows("SUPNORM_MAXPLUS_BYTE_COLUMN"))
    } else {
      array("uint16_t", shared("layer\(index)_column_indices"), rows("SUPNORM_MAXPLUS_COLUMN"))
    }
    if layer.hasByteOffsets {
      array("uint8_t", shared("layer\(index)_byte_offsets"), rows("SUPNORM_MAXPLUS_BYTE_OFFSET"))
    } else {
      array("int16_t", shared("layer\(index)_offsets"), rows("SUPNORM_MAXPLUS_OFFSET"))
    }
  }

  mutating func writeProof(ofLayer index: Int) {
    let layer = model.layers[index]
    let prefix = "\(upper)_LAYER\(index)"
    let place = "\(lower).h: layer \(index)"
    var columns = index == 0 ? "\(upper)_INPUTS" : "\(upper)_LAYER\(index - 1)_ROWS"
    if index > 0, index == model.layers.count - 1 {
      columns += " + SUPNORM_COUNT1(\(upper)_RESIDUAL_INPUTS)"
    }
    prove("\(prefix)_COLUMNS == \(columns)", "\(place): columns do not fit the inputs")
    if layer.kind == .maxPlus {
      writeMaxPlusProof(ofLayer: index, prefix, place)
      return
    }
    prove("\(prefix)_SHIFT >= 0 && \(prefix)_SHIFT <= 15", "\(place): shift out of range")
    prove("SUPNORM_COUNT1(\(prefix)_BIAS) == \(prefix)_ROWS", "\(place): number of biases")
    line(
      "#define \(prefix)_BIAS_FITS(b) && SUPNORM_BIAS_FITS(b, \(prefix)_ROW_SUM_BOUND, \(prefix)_SHIFT)")
    prove(
      "SUPNORM_BIASES_FIT(\(prefix)_BIAS, \(prefix)_BIAS_FITS, \(prefix)_ROW_SUM_BOUND, \(prefix)_SHIFT)",
      "\(place): an accumulator could overflow")
    for row in layer.rows.indices {
      let name = "\(prefix)_ROW\(row)"
      let place = "\(place) row \(row)"
      if layer.kind == .sparse {
        prove(
          "SUPNORM_INCREASES2(\(name), \(prefix)_COLUMNS)", "\(place): columns out of order or range")
      } else {
        prove("SUPNORM_COUNT1(\(name)) == \(prefix)_COLUMNS", "\(place): number of weights")
      }
      prove(
        "SUPNORM_SUM\(layer.kind == .sparse ? 2 : 1)(\(name)) <= \(prefix)_ROW_SUM_BOUND",
        "\(place): row sum exceeds \(prefix)_ROW_SUM_BOUND")
    }
    line("")
  }

  private mutating func writeMaxPlusProof(ofLayer index: Int, _ prefix: String, _ place: String) {
    let layer = model.layers[index]
    let counts = shared("layer\(index)_row_entries")
    prove(
      "\(prefix)_SHIFT == 0 && \(prefix)_ROW_SUM_BOUND == 1", "\(place): shift or row sum bound of max-plus")
    prove("SUPNORM_LAYOUT_FITS(\(prefix)_COLUMNS, \(prefix)_LAYOUT)", "\(place): layout does not fit")
    prove(
      "sizeof \(counts) / sizeof \(counts)[0] == \(prefix)_ROWS * SUPNORM_GROUPS(\(prefix)_COLUMNS, \(prefix)_LAYOUT)",
      "\(place): number of rows")
    line(
      "#define \(prefix)_ENTRY_FITS(column, sign, offset) \\\n"
        + "  && SUPNORM_MAXPLUS_FITS(column, sign, offset, \(prefix)_COLUMNS, \(prefix)_LAYOUT)")
    for row in layer.entries.indices {
      let name = "\(prefix)_ROW\(row)"
      let place = "\(place) row \(row)"
      prove("SUPNORM_COUNT3(\(name)) > 0", "\(place): no entries")
      prove(
        "SUPNORM_ENTRIES_FIT(\(name), \(prefix)_ENTRY_FITS, \(prefix)_COLUMNS, \(prefix)_LAYOUT)",
        "\(place): a column, sign or offset out of range")
      prove(
        "SUPNORM_\(layer.hasByteColumns ? "BYTE_" : "")ENTRIES_INCREASE(\(name))",
        "\(place): entries out of order")
    }
    line("")
  }

  mutating func writeResidualInputs() {
    guard !model.residualInputs.isEmpty else { return }
    array("uint16_t", shared("residual_inputs"), ["\(upper)_RESIDUAL_INPUTS(SUPNORM_VALUE)"])
    prove(
      "SUPNORM_INCREASES1(\(upper)_RESIDUAL_INPUTS, \(upper)_INPUTS)",
      "\(lower).h: residual inputs out of order or range")
    line("")
  }

  mutating func writeBounds() {
    if model.hasBoundTable {
      let rows = model.bounds.isEmpty ? "{0, 0}" : "\(boundTable)(SUPNORM_BOUND)"
      array("supnorm_bound", shared("bounds"), [rows])
      if isRegression {
        prove("SUPNORM_COUNT2(\(boundTable)) == \(upper)_OUTPUTS", "\(lower).h: number of output bounds")
      } else {
        prove(
          "SUPNORM_COUNT2(\(boundTable)) * 2 == \(upper)_OUTPUTS * (\(upper)_OUTPUTS - 1)",
          "\(lower).h: number of pairs")
      }
    }
    prove("\(upper)_LAYER\(model.layers.count - 1)_ROWS == \(upper)_OUTPUTS", "\(lower).h: number of outputs")
    line("")
  }

  mutating func writeNetwork() {
    line("SUPNORM_DEFINE_ADDRESSES(supnorm_layer, \(shared("layers")))[] = {")
    for index in model.layers.indices { writeLayer(index) }
    line("};")
    writeTables("supnorm_inference", "inference", role: "inference")
    writeTables("supnorm_certificate", "certificates", role: isRegression ? "bounds" : "certificate")
    writeStruct("network", certificates: shared("certificates"))
    writeStruct("inference_network", certificates: "NULL")
  }

  /// The kernels of each layer: those of its kind and layout, by the macros that the layer itself has them from.
  private mutating func writeTables(_ type: String, _ name: String, role: String) {
    line("SUPNORM_DEFINE_ADDRESSES(\(type) *const, \(shared(name)))[] = {")
    for index in model.layers.indices {
      line("  &SUPNORM_TABLE(\(upper)_LAYER\(index)_KIND, \(layoutMacro(index)), \(role)),")
    }
    line("};")
  }

  /// The layout of a layer, which only one kind has several of.
  private func layoutMacro(_ index: Int) -> String {
    model.layers[index].kind == .maxPlus ? "\(upper)_LAYER\(index)_LAYOUT" : "0"
  }

  private mutating func writeStruct(_ name: String, certificates: String) {
    let features = shared("features")
    line(
      """
      SUPNORM_DEFINE_ADDRESSES(supnorm_network, \(shared(name))) = {
        \(upper)_FORMAT_VERSION, \(upper)_LAYERS, \(upper)_INPUTS, \(upper)_OUTPUTS, \(upper)_UNIT,
        \(upper)_INPUT_MIN, \(upper)_INPUT_MAX, \(upper)_SCRATCH_BYTES, \(upper)_INFER_SCRATCH_BYTES,
        \(upper)_CRC32, \(upper)_HEAD_CRC32, \(shared("layers")),
        \(model.hasBoundTable ? shared("bounds") : "NULL"), \(features),
        \(model.residualInputs.isEmpty ? "NULL" : shared("residual_inputs")),
        sizeof \(features) / sizeof \(features)[0], SUPNORM_COUNT1(\(upper)_RESIDUAL_INPUTS),
        \(upper)_TOLERANCE_LSB, \(upper)_TASK, \(shared("inference")), \(certificates)
      };
      """)
  }

  private mutating func writeLayer(_ index: Int) {
    let prefix = "\(upper)_LAYER\(index)"
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
    let pointers = arrays.map { $0.isEmpty ? "NULL" : shared("layer\(index)_\($0)") }
    let counted = layer.hasByteOffsets ? pointers[5] : pointers[0]
    line(
      """
        {\(prefix)_KIND, \(prefix)_ACTIVATION, \(prefix)_SHIFT, \(layoutMacro(index)),
         \(prefix)_ROWS, \(prefix)_COLUMNS, \(prefix)_ROW_SUM_BOUND, sizeof \(counted) / sizeof \(counted)[0],
         \(pointers[0]), \(pointers[1]), \(pointers[2]), \(pointers[3]),
         \(pointers[4]), \(pointers[5])},
      """)
  }

  mutating func writeAccessors() {
    line(
      """
      /* The network, for supnorm_open. */
      static inline const supnorm_network *\(lower)_network(void) { return &\(shared("network")); }

      /* The same for programs that ask for no certificates or bounds: a linker leaves their kernels out. */
      static inline const supnorm_network *\(lower)_inference_network(void) { return &\(shared("inference_network")); }

      /* The golden vectors, for supnorm_self_test; they take no space where they are not used. */
      static inline const supnorm_golden *\(lower)_golden(void) {
      """)
    let indices = model.golden.indices
    for (type, name, row) in [("int16_t", "inputs", "INPUT"), ("int32_t", "logits", "LOGITS")] {
      line("  static const \(type) \(name)[] = {")
      for index in indices { line("    \(upper)_GOLDEN\(index)_\(row)(SUPNORM_VALUE)") }
      line("  };")
    }
    line("  static const supnorm_golden vectors[] = {")
    for index in indices {
      let prefix = "\(upper)_GOLDEN\(index)"
      line(
        "    {inputs + \(index) * \(upper)_INPUTS, logits + \(index) * \(upper)_OUTPUTS, "
          + "\(prefix)_CLASS, \(prefix)_RADIUS, \(prefix)_LOCAL_RADIUS},")
    }
    line(
      """
        };
        return vectors;
      }
      static inline uint32_t \(lower)_golden_count(void) { return \(upper)_GOLDEN_COUNT; }

      #endif
      """)
  }
}
