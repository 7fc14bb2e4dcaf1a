public import FileAccess
public import Training

extension CSVTable {
  /// The samples of the rows, with their classes numbered or the numbers that a regression shall find.
  ///
  /// - Parameters:
  ///   - classNames: the classes of the model that the samples are for; a label that is none of them becomes -1.
  ///   - outputs: of a model without names, in whose order whole numbers are meant.
  /// - Complexity: O(rows + labels · log labels).
  public func dataset(classNames: [String]? = nil, outputs: Int? = nil) throws(FileError) -> Dataset {
    var data = Dataset(
      values: values, labels: [Int](repeating: 0, count: rowCount), featureCount: featureCount,
      featureNames: featureNames, classNames: classNames ?? [], imageSize: imageSize)
    data.notes = notes
    guard labels.count == rowCount else {
      data.targets = targets
      data.targetName = targetName
      return data
    }
    let numbering = try numbering(classNames, outputs)
    data.classNames = numbering.names
    var unknown = 0
    for (row, label) in labels.enumerated() {
      data.labels[row] = numbering.classes[Int(label)]
      if data.labels[row] < 0 { unknown += 1 }
    }
    let strangers = labelTexts.indices.filter { numbering.classes[$0] < 0 }.map { labelTexts[$0] }
    if let note = noteOfUnknown(strangers, count: unknown, of: rowCount) {
      data.notes.append("\(path): \(note)")
    }
    if classNames == nil, outputs == nil, numbering.names.count > 100, numbering.names.count > rowCount / 2 {
      data.notes.append(
        "\(path): \(numbering.names.count) classes in \(rowCount) rows; --target finds a number instead of a class"
      )
    }
    return data
  }

  /// The class of each label.
  private func numbering(_ classNames: [String]?, _ outputs: Int?) throws(FileError) -> ClassNumbering {
    func fail(_ problem: String) -> FileError {
      FileError(path, place: "column \(quoted(labelName))", problem)
    }
    var texts = labelTexts
    if let summary {
      texts = try labelTexts.map { text throws(FileError) in
        guard let number = wholeNumber(text), summary.classNames.indices.contains(number) else {
          throw fail(
            "label \(quoted(text)), the first line names \(summary.classNames.count) classes from 0 on")
        }
        return summary.classNames[number]
      }
    }
    let known: ClassNumbering.Known =
      if let classNames {
        .names(classNames)
      } else if let outputs {
        .outputs(outputs)
      } else if let summary {
        // In the order of their numbers, those that occur.
        .names(summary.classNames.filter(texts.contains))
      } else {
        .nothing
      }
    return try ClassNumbering(texts, known, mark: mark, fail: fail)
  }

  /// The image that features named `p00`, `p01` … (row, column) are the pixels of.
  private var imageSize: (width: Int, height: Int)? {
    let side = Int(Double(featureCount).squareRoot())
    guard hasHeader, side > 1, side * side == featureCount else { return nil }
    let fits = featureNames.indices.allSatisfy { featureNames[$0] == "p\($0 / side)\($0 % side)" }
    return fits ? (side, side) : nil
  }
}
