/// Everything that the report page shows; `reportPage(_:)` lays it out.
///
/// Counts stay counts and names stay plain text: the page rounds (down) and escapes. What is nil or empty has
/// no place on the page.
package struct ReportContent: Equatable, Sendable {
  /// The model's name.
  package var name: String
  /// One line on data and task below the title, such as "handwritten digits, 8×8 pixels"; may be empty.
  package var summary = ""
  /// Widths from the inputs to the outputs, such as "64-64-64-10".
  package var shape: String
  package var activation: String
  /// LSB that make one mapped input unit.
  package var unit: Int
  /// The declared input range, LSB.
  package var inputMinimum: Int
  package var inputMaximum: Int
  /// The product of the layer gains as text, such as "3.21 (exactly 105185/2^15)"; may be empty.
  package var lipschitzBound = ""

  package var accuracy: Accuracy?
  package var tightness: Tightness?
  /// Of a network whose output is a number; it has no accuracies.
  package var regression: Regression?
  /// The other outputs, where there are several.
  package var otherRegressions: [Regression] = []
  package var monotone: [Monotone] = []
  package var tolerances: Tolerances?
  package var training: Training?
  package var quantization: Quantization?
  package var layers: [Layer] = []
  package var gallery: [GalleryGroup] = []
  package var devices: [Device] = []
  /// How the model was trained.
  package var settings: [Setting] = []
  /// What the report was made with: versions, processor, commit, data files.
  package var environment: [Setting] = []
  /// What reproduces the numbers, in order.
  package var commands: [Command] = []

  /// Creates content that has only its head; the rest is set part by part.
  package init(
    name: String, shape: String, activation: String, unit: Int, inputMinimum: Int, inputMaximum: Int
  ) {
    self.name = name
    self.shape = shape
    self.activation = activation
    self.unit = unit
    self.inputMinimum = inputMinimum
    self.inputMaximum = inputMaximum
  }

  /// A name and its value, both as the reader shall see them.
  package struct Setting: Equatable, Sendable {
    package var name: String
    package var value: String

    package init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// A shell command and what it does; the caption may be empty.
  package struct Command: Equatable, Sendable {
    package var caption: String
    package var line: String

    package init(caption: String, line: String) {
      self.caption = caption
      self.line = line
    }
  }

  /// The float network and the integer network on the same test samples.
  package struct Quantization: Equatable, Sendable {
    package var samples: Int
    /// Test samples the float network classifies correctly; nil when that was not measured.
    package var floatCorrect: Int?
    package var integerCorrect: Int
    /// Hidden weights below this magnitude were dropped; 0 when none were or when it is not known.
    package var pruneThresholdLSB: Int

    package init(samples: Int, floatCorrect: Int?, integerCorrect: Int, pruneThresholdLSB: Int) {
      self.samples = samples
      self.floatCorrect = floatCorrect
      self.integerCorrect = integerCorrect
      self.pruneThresholdLSB = pruneThresholdLSB
    }
  }

  /// One layer as the device holds it.
  package struct Layer: Equatable, Sendable {
    /// "dense", "sparse" …; any text.
    package var kind: String
    package var rows: Int
    package var columns: Int
    package var shift: Int
    package var activation: String
    /// Of a layer without weights its entries.
    package var nonzeroWeights: Int
    package var parameterBytes: Int
    /// `Σ|w|` of each row; empty for a layer kind that has none.
    package var rowSums: [Int]
    package var rowSumBound: Int

    package init(
      kind: String, rows: Int, columns: Int, shift: Int, activation: String, nonzeroWeights: Int,
      parameterBytes: Int, rowSums: [Int], rowSumBound: Int
    ) {
      self.kind = kind
      self.rows = rows
      self.columns = columns
      self.shift = shift
      self.activation = activation
      self.nonzeroWeights = nonzeroWeights
      self.parameterBytes = parameterBytes
      self.rowSums = rowSums
      self.rowSumBound = rowSumBound
    }
  }

  /// What one board did; every measurement but the comparison is optional.
  package struct Device: Equatable, Sendable {
    /// The QEMU machine, such as "mps2-an386".
    package var board: String
    /// Such as "Cortex-M4".
    package var description: String
    package var samples: Int
    /// Samples on which logits, class or radius differed from the host.
    package var mismatches: Int
    package var instructionsPerInference: Int?
    package var instructionsPerCertificate: Int?
    package var parameterBytes: Int?
    package var textBytes: Int?
    package var dataBytes: Int?
    package var bssBytes: Int?
    package var stackBytes: Int?
    package var scratchBytes: Int?

    package init(
      board: String, description: String, samples: Int, mismatches: Int, instructionsPerInference: Int? = nil,
      instructionsPerCertificate: Int? = nil, parameterBytes: Int? = nil, textBytes: Int? = nil,
      dataBytes: Int? = nil, bssBytes: Int? = nil, stackBytes: Int? = nil, scratchBytes: Int? = nil
    ) {
      self.board = board
      self.description = description
      self.samples = samples
      self.mismatches = mismatches
      self.instructionsPerInference = instructionsPerInference
      self.instructionsPerCertificate = instructionsPerCertificate
      self.parameterBytes = parameterBytes
      self.textBytes = textBytes
      self.dataBytes = dataBytes
      self.bssBytes = bssBytes
      self.stackBytes = stackBytes
      self.scratchBytes = scratchBytes
    }
  }
}
