internal import Claims

/// The data of a header and the proofs about them, made of its macros alone.
extension HeaderWriter {
  mutating func writeData(ofLayer index: Int) {
    let layer = model.layers[index]
    layer.text.writeData("\(upper)_LAYER\(index)", index, to: &self)
    layer.activation.table?.writeData("\(upper)_LAYER\(index)", index, to: &self)
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
    layer.text.writeProof(prefix, index, place, to: &self)
    layer.activation.table?.writeProof(prefix, place, to: &self)
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
    let layers = model.layers.indices
    let role = isRegression ? "bounds" : "certificate"
    writeTables(
      "supnorm_activation", "activations", layers.map { "SUPNORM_ACTIVATION(\(upper)_LAYER\($0)_ACTIVATION)" }
    )
    writeTables("supnorm_inference", "inference", layers.map { table($0, "inference") })
    writeTables("supnorm_certificate", "certificates", layers.map { table($0, role) })
    writeStruct("network", certificates: shared("certificates"))
    writeStruct("inference_network", certificates: "NULL")
  }

  /// The tables of each layer.
  private mutating func writeTables(_ type: String, _ name: String, _ tables: [String]) {
    line("SUPNORM_DEFINE_ADDRESSES(\(type) *const, \(shared(name)))[] = {")
    for table in tables { line("  &\(table),") }
    line("};")
  }

  /// The kernels of a layer: those of its kind and layout, by the macros that the layer itself has them from.
  private func table(_ index: Int, _ role: String) -> String {
    "SUPNORM_TABLE(\(upper)_LAYER\(index)_KIND, \(layoutMacro(index)), \(role))"
  }

  /// The layout of a layer, which only one kind has several of.
  private func layoutMacro(_ index: Int) -> String {
    model.layers[index].text.arrays.hasLayout ? "\(upper)_LAYER\(index)_LAYOUT" : "0"
  }

  private mutating func writeStruct(_ name: String, certificates: String) {
    let features = shared("features")
    line(
      """
      SUPNORM_DEFINE_ADDRESSES(supnorm_network, \(shared(name))) = {
        \(upper)_FORMAT_VERSION, \(upper)_LAYERS, \(upper)_INPUTS, \(upper)_OUTPUTS, \(upper)_UNIT,
        \(upper)_INPUT_MIN, \(upper)_INPUT_MAX, \(upper)_SCRATCH_BYTES, \(upper)_INFER_SCRATCH_BYTES,
        \(upper)_TASK, \(upper)_TOLERANCE_LSB, sizeof \(features) / sizeof \(features)[0],
        SUPNORM_COUNT1(\(upper)_RESIDUAL_INPUTS), \(upper)_CRC32, \(upper)_HEAD_CRC32, \(shared("layers")),
        \(model.hasBoundTable ? shared("bounds") : "NULL"), \(features),
        \(model.residualInputs.isEmpty ? "NULL" : shared("residual_inputs")), \(shared("activations")),
        \(shared("inference")), \(certificates)
      };
      """)
  }

  private mutating func writeLayer(_ index: Int) {
    let prefix = "\(upper)_LAYER\(index)"
    let layer = model.layers[index]
    let arrays = layer.text.arrays
    let pointers = arrays.names.map { $0.map { shared("layer\(index)_\($0)") } ?? "NULL" }
    let counted = pointers[arrays.counted]
    let range = arrays.hasRange ? "\(prefix)_INPUT_MIN, \(prefix)_INPUT_MAX" : "INT16_MIN, INT16_MAX"
    let isSmooth = layer.activation.table != nil
    let table = isSmooth ? "\(prefix)_TABLE_GAIN, \(prefix)_TABLE_SHIFT" : "0, 0"
    let nodes = isSmooth ? shared("layer\(index)_nodes") : "NULL"
    line(
      """
        {\(prefix)_KIND, \(prefix)_ACTIVATION, \(prefix)_SHIFT, \(layoutMacro(index)),
         \(prefix)_ROWS, \(prefix)_COLUMNS, \(prefix)_ROW_SUM_BOUND, sizeof \(counted) / sizeof \(counted)[0],
         \(range), \(table),
         \(pointers[0]), \(pointers[1]), \(pointers[2]), \(pointers[3]), \(pointers[4]), \(nodes)},
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
