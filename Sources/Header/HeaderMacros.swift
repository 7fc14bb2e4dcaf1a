internal import Claims

/// The numbers of a header as macros, which stand in it whether data follow or not.
extension HeaderWriter {
  mutating func writePreamble() {
    let shape = ([model.inputs] + model.layers.map(\.rowCount)).map { "\($0)" }.joined(separator: "-")
    line(
      """
      /* \(lower).h: a certified integer network, \(shape), written by supnorm. Do not edit: `supnorm verify` tells.
       *
       * Every number stands here once, as an argument of an X-macro row. The rows expand to the data and to the
       * proof about it: a compiler that accepts this file has proved that no row sum exceeds its bound, that every
       * column exists and that no accumulator can overflow (-DSUPNORM_SKIP_PROOF turns that off). The types are those of supnorm.h.
       *
       * SPDX-License-Identifier: MIT is of the text that supnorm wrote; the numbers belong to whoever trained the model.
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
      #define \(upper)_SCRATCH(buffer) SUPNORM_SCRATCH(buffer, \(upper)_SCRATCH_BYTES) /* declares it */
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

  mutating func writeMacros() {
    line("/* ---- The inputs that the last layer reads behind the outputs of the last hidden layer ---- */")
    define("\(upper)_RESIDUAL_INPUTS", "I", model.residualInputs.lazy.map { "\($0)" })
    line("")
    for index in model.layers.indices { writeNumbers(ofLayer: index) }
    writeBoundTable()
    line(
      """
      /* ---- Monotone: M(input, direction, class). Class (-1): no output falls when the input grows (direction 1), or none
       * rises (-1). A class: its lead over each other one never falls, or never rises, so an answer of it stays when the
       * input grows, or when it falls. supnorm verify proves it on the integers ---- */
      """)
    define(
      "\(upper)_MONOTONE_INPUTS", "M",
      model.monotoneInputs.map {
        "\($0.input), \($0.direction), \($0.classIndex)"
      })
    line("")
    line(
      """
      /* ---- Convex: of inputs within the declared range that differ in these alone, an output in the middle of two others
       * lies above their mean by no more than its bound, in accumulator units; I(input), B(bound) for each output.
       * supnorm verify proves it on the integers ---- */
      """)
    define("\(upper)_CONVEX_INPUTS", "I", model.convexInputs.lazy.map { "\($0)" })
    define("\(upper)_CONVEXITY_BOUNDS", "B", model.convexityBounds.lazy.map { "\($0)" })
    line("")
    writeInputMap()
    writeTolerances()
    line("/* ---- Outputs of a regression: T(offset, scale), value = offset + accumulator * scale ---- */")
    define("\(upper)_TARGETS", "T", model.targets.map { "\($0.offset), \($0.scale)" })
    define("\(upper)_TARGET_NAMES", "N", model.targetNames.lazy.map(literal))
    line("")
    define("\(upper)_FEATURE_NAMES", "N", model.featureNames.lazy.map(literal))
    define("\(upper)_CLASS_NAMES", "N", model.classNames.lazy.map(literal))
    line("")
    writeGoldenVectors()
  }

  private mutating func writeNumbers(ofLayer index: Int) {
    let layer = model.layers[index]
    let prefix = "\(upper)_LAYER\(index)"
    line(
      """
      /* ---- Layer \(index) ---- */
      #define \(prefix)_KIND \(layer.text.kindName)
      #define \(prefix)_ROWS \(layer.rowCount)
      #define \(prefix)_COLUMNS \(layer.columns)
      #define \(prefix)_SHIFT \(layer.shift)
      #define \(prefix)_ACTIVATION \(layer.activation.headerName)
      #define \(prefix)_ROW_SUM_BOUND \(layer.rowSumBound)
      """)
    layer.text.writeRows(prefix, to: &self)
    layer.activation.table?.writeMacros(prefix, to: &self)
    line("")
  }

  private mutating func writeBoundTable() {
    guard model.hasBoundTable else {
      line(
        """
        /* ---- Certificate: no layer enlarges a change, so inputs that differ by at most d LSB everywhere change each
         * output by at most d and each difference of two by at most 2 * d; no table is needed ---- */

        """)
      return
    }
    line(
      isRegression
        ? """
        /* ---- Certificate: inputs that differ by at most d LSB everywhere change output j by at most A * d + B
         * accumulator units; P(A, B) for each output ---- */
        """
        : """
        /* ---- Certificate: for classes j < k, inputs that differ by at most d LSB everywhere change
         * logit_j - logit_k by at most A * d + B; P(A, B) for the pairs (0,1) (0,2) ... (1,2) ... ---- */
        """)
    define(boundTable, "P", model.bounds.lazy.map { "\($0.slope), \($0.offset)" })
    line("")
  }

  var boundTable: String { isRegression ? "\(upper)_OUTPUT_BOUNDS" : "\(upper)_PAIRS" }

  private mutating func writeTolerances() {
    line(
      """
      /* ---- Tolerances: T(tolerance) for each input, in its own unit, 0 for none: a radius of \(upper)_TOLERANCE_LSB
       * means that every input may move by its tolerance, all at once ---- */
      """)
    define("\(upper)_TOLERANCES", "T", model.tolerances.lazy.map { "\($0)" })
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
    line("")
  }

  private mutating func writeGoldenVectors() {
    line("/* ---- Golden vectors: samples of the data with the host's answers, for supnorm_self_test ---- */")
    for (index, golden) in model.golden.enumerated() {
      let prefix = "\(upper)_GOLDEN\(index)"
      define("\(prefix)_INPUT", "V", golden.input.lazy.map { "\($0)" })
      define("\(prefix)_LOGITS", "V", golden.logits.lazy.map { "\($0)" })
      line(
        """
        #define \(prefix)_CLASS \(parenthesized(golden.classIndex))
        #define \(prefix)_RADIUS \(golden.radiusLSB)
        #define \(prefix)_LOCAL_RADIUS \(parenthesized(golden.localRadiusLSB))
        """)
    }
    line("")
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
    case .smooth: "SUPNORM_SMOOTH"
    }
  }
}
