internal import FileAccess
internal import Claims

/// What a header says of one kind of layer: its rows, the data and the proof made of them.
protocol LayerText {
  /// The constant of supnorm.h.
  var kindName: String { get }

  /// Writes the macros of the rows, and what else only this kind has.
  func writeRows(_ prefix: String, to writer: inout HeaderWriter)

  /// Writes the arrays that the rows expand to.
  func writeData(_ prefix: String, _ index: Int, to writer: inout HeaderWriter)

  /// Writes what the compiler proves of the rows; `place` begins its messages.
  func writeProof(_ prefix: String, _ index: Int, _ place: String, to writer: inout HeaderWriter)

  /// The fields of `supnorm_layer` that are of its own kind.
  var arrays: LayerArrays { get }
}

/// What a layer has in `supnorm_layer`.
struct LayerArrays {
  /// The arrays in the order of the fields, nil for null.
  var names: [String?]
  /// Which of them has an element for each entry.
  var counted: Int
  /// Whether there is a layout to choose.
  var hasLayout = false
  /// Whether it cuts its inputs to a range.
  var hasRange = false
}

/// Reads the rows of one layer: the macros, the prefix of their names, how many rows.
typealias LayerReader = @Sendable (MacroTable, String, Int) throws(FileError) -> LayerClaims.Content

extension LayerClaims {
  /// With `layerReaders`, the one place of this module where kinds are told apart.
  var text: any LayerText {
    switch content {
    case .dense(let weights): WeightText(weights, isSparse: false)
    case .sparse(let weights): WeightText(weights, isSparse: true)
    case .maxPlus(let rows): MaxPlusText(rows)
    }
  }
}

/// How the rows of each kind are read.
let layerReaders: [String: LayerReader] = [
  "SUPNORM_DENSE": WeightText.readDense, "SUPNORM_SPARSE": WeightText.readSparse,
  "SUPNORM_MAXPLUS": MaxPlusText.read,
]
