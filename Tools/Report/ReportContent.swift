/// Everything that the report page shows; `reportPage(_:)` lays it out.
///
/// Counts stay counts and names stay plain text: the page rounds (down) and escapes. What is nil or empty has
/// no place on the page.
struct ReportContent: Equatable, Sendable {
  /// The model's name.
  var name: String
  /// One line on data and task below the title, such as "handwritten digits, 8×8 pixels"; may be empty.
  var summary = ""
  /// Widths from the inputs to the outputs, such as "64-64-64-10".
  var shape: String
  var activation: String
  /// LSB that make one mapped input unit.
  var unit: Int
  /// The declared input range, LSB.
  var inputMinimum: Int
  var inputMaximum: Int
  /// The product of the layer gains as text, such as "3.21 (exactly 105185/2^15)"; may be empty.
  var lipschitzBound = ""

  var accuracy: Accuracy?
  var tightness: Tightness?
  /// Of a network whose output is a number; it has no accuracies.
  var regression: Regression?
  /// The other outputs, where there are several.
  var otherRegressions: [Regression] = []
  var monotone: [Monotone] = []
  var tolerances: Tolerances?
  var training: Training?
  /// What quantization cost; nil where that was not measured.
  var cost: AccuracyCost?
  var layers: [Layer] = []
  var gallery: [GalleryGroup] = []
  /// What the boards did.
  var devices: [RunCommand.Output] = []
  /// How the model was trained.
  var settings: [Setting] = []
  /// What reproduces the numbers, in order.
  var commands: [Command] = []

  /// A name and its value, both as the reader shall see them.
  struct Setting: Equatable, Sendable {
    var name: String
    var value: String
  }

  /// A shell command and what it does; the caption may be empty.
  struct Command: Equatable, Sendable {
    var caption: String
    var line: String
  }

  /// One layer as the device holds it.
  struct Layer: Equatable, Sendable {
    /// "dense", "sparse" …; any text.
    var kind: String
    var rows: Int
    var columns: Int
    var shift: Int
    var activation: String
    /// Of a layer without weights its entries.
    var nonzeroWeights: Int
    var parameterBytes: Int
    /// `Σ|w|` of each row; empty for a layer kind that has none.
    var rowSums: [Int]
    var rowSumBound: Int
  }
}
