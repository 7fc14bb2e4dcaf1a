internal import Checker

/// One layer of a header as it was measured, the same for every command that shows layers.
struct LayerSummary: Encodable {
  var kind: String
  /// `entries` are the stored weights, or the entries of maxima.
  var rows, columns, shift, nonzeroWeights, entries, parameterBytes, rowSumMax, rowSumBound: Int
  /// Exact: `rowSumMax / 2^shift`, or 1 where a maximum stands in its place.
  var gain: Double
  /// Of the table behind the rows: its nodes, 0 where there is none, and its gain.
  var tableNodes: Int
  var tableGain: Double?

  init(_ layer: Verification.Layer) {
    kind = layer.kind
    rows = layer.rows
    columns = layer.columns
    shift = layer.shift
    nonzeroWeights = layer.nonzeroWeights
    entries = layer.entries
    parameterBytes = layer.parameterBytes
    rowSumMax = layer.rowSumMax
    rowSumBound = layer.rowSumBound
    gain = layer.gain.roundedUp
    tableNodes = layer.tableNodes
    tableGain = layer.tableGain?.roundedUp
  }

  /// A line for each layer, then the bytes of all.
  static func table(_ verification: Verification) -> String {
    Tools.table(
      [["layer", "kind", "size", "shift", "entries", "bytes", "largest row sum", "bound", "gain"]]
        + verification.layers.map(LayerSummary.init).enumerated().map { index, layer in
          [
            "\(index)", layer.kind, "\(layer.rows) × \(layer.columns)", "\(layer.shift)", "\(layer.entries)",
            "\(layer.parameterBytes)", "\(layer.rowSumMax)", "\(layer.rowSumBound)",
            formatted(layer.gain, digits: 5, rounded: .up),
          ]
        }) + tables(verification) + "\nparameters: \(verification.parameterBytes) bytes"
  }

  /// A line for each layer with a table.
  private static func tables(_ verification: Verification) -> String {
    verification.layers.enumerated().map { index, layer in
      layer.tableGain.map { "\nlayer \(index): a table of \(layer.tableNodes) nodes behind it, gain \($0)" }
        ?? ""
    }.joined()
  }
}
