extension CSVTable {
  /// The table with only some of its feature columns, in the order given.
  ///
  /// - Throws: a name that is not a feature column, or is given twice.
  /// - Complexity: O(rows · names).
  public func selecting(_ names: [String]) throws(FileError) -> CSVTable {
    var columns: [Int] = []
    for name in names {
      let column = try self.column(name)
      guard !columns.contains(column) else { throw FileError(path, "column \(quoted(name)) is chosen twice") }
      columns.append(column)
    }
    guard !columns.isEmpty else { throw FileError(path, "no feature columns are chosen") }
    var table = self
    table.featureNames = names
    table.featureCount = columns.count
    table.values = (0..<rowCount).flatMap { row in columns.map { values[row * featureCount + $0] } }
    return table
  }

  /// Takes one column out of the features, as what a regression shall find.
  ///
  /// - Throws: a name that is not a feature column, or the only one.
  /// - Complexity: O(values).
  public func splitting(target: String) throws(FileError) -> (features: CSVTable, targets: [Double]) {
    let column = try self.column(target)
    let targets = (0..<rowCount).map { values[$0 * featureCount + column] }
    return (try selecting(featureNames.filter { $0 != target }), targets)
  }

  private func column(_ name: String) throws(FileError) -> Int {
    guard let column = featureNames.firstIndex(of: name) else {
      throw FileError(path, "no feature column \(quoted(name)), there are \(listed(featureNames))")
    }
    return column
  }
}
