internal import FileAccess

/// The first row of a table and what is known when it is judged.
struct CSVFirstRow {
  var path: String
  var line: Int
  /// The texts of its cells.
  var cells: [String]
  /// Which of them are numbers.
  var areNumbers: [Bool]
  /// Which of them say that there is no value.
  var areMissing: [Bool]
  /// The cells of the row after it.
  var nextWidth: Int?

  private var numbers: [String] { (1...cells.count).map(String.init) }
  private var firstNumber: Int? { areNumbers.firstIndex(of: true) }

  private func fail(_ problem: String) -> FileError { FileError(path, line: line, problem) }

  /// The columns that a choice names.
  ///
  /// - Throws: a first row that could be a header as well as data; names that are not there, or there twice.
  func columns(for choice: CSVChoice) throws(FileError) -> CSVColumns {
    if case .inputs(let count) = choice.purpose { return try inputColumns(count, choice) }
    var columns: CSVColumns
    if choice.hasHeader == nil, let summary = CSVSummary(cells, width: nextWidth) {
      columns = CSVColumns(names: (1...summary.features + 1).map(String.init), hasHeader: false)
      try requireClassNames(summary.classNames)
      columns.summary = summary
      columns.skipsFirst = true
      columns.notes = [
        "the first line names \(summary.classNames.count) classes, columns are named by number"
      ]
    } else {
      let hasHeader = if let said = choice.hasHeader { said } else { try isHeader(choice) }
      columns = CSVColumns(names: hasHeader ? cells : numbers, hasHeader: hasHeader)
      if !hasHeader { columns.notes = ["no header line, columns are named 1 to \(cells.count)"] }
    }
    let key = try keyColumn(of: columns, choice)
    let isRegression = choice.target != nil
    columns.roles[key] = isRegression ? .target : .label
    // A label column of words is no feature of a regression.
    let taken = isRegression ? [key, columns.names.firstIndex(of: choice.label) ?? key] : [key]
    try chooseFeatures(of: &columns, choice, taken: taken)
    if let broken = columns.featureNames.first(where: { $0.contains("\u{FFFD}") }) {
      throw fail("column \(quoted(broken)) is not UTF-8; save the file as UTF-8")
    }
    if !columns.hasHeader {
      let role = isRegression ? "the number to find" : "the label"
      columns.notes[0] += "; \(role) is column \(key + 1)"
    }
    return columns
  }

  /// Tells by the name of the label or target, by those of the features, or by there being no number in the row.
  ///
  /// - Throws: a row that may be either.
  private func isHeader(_ choice: CSVChoice) throws(FileError) -> Bool {
    let key = choice.key ?? ""
    let isColumnNumber = choice.isKeyGiven && numbers.contains(key)
    if cells.contains(key) {
      guard isColumnNumber else { return true }
      // The names of columns differ, so a row with the same cell twice is none of names.
      if Set(cells).count < cells.count { return false }
      throw fail(
        "\(quoted(key)) is a cell of this row and the number of a column; say --header or --no-header")
    }
    guard let firstNumber else { return true }
    if let features = choice.features, !features.allSatisfy(numbers.contains),
      features.allSatisfy(cells.contains)
    {
      return true
    }
    if isColumnNumber { return false }
    throw fail(
      "no header line: \(quoted(cells[firstNumber])) is a number, not the name of a column; say which column is "
        + (choice.target == nil
          ? "the label by its number, as --label \(cells.count)" : "the target by its number")
        + ", or --header if these are names")
  }

  /// The column of the label or target.
  private func keyColumn(of columns: CSVColumns, _ choice: CSVChoice) throws(FileError) -> Int {
    if columns.summary != nil, !choice.isKeyGiven { return columns.names.count - 1 }
    let key = choice.key ?? ""
    if let column = columns.names.firstIndex(of: key) {
      guard columns.names.lastIndex(of: key) == column else {
        throw fail("column \(quoted(key)) appears twice")
      }
      return column
    }
    guard choice.target == nil else {
      let others = columns.names.filter { $0 != choice.label }
      throw FileError(path, "no feature column \(quoted(key)), there are \(listed(others))")
    }
    if !columns.hasHeader, !choice.isLabelGiven {
      // What is no number can be no feature, so one such column is the label.
      let texts = cells.indices.filter { !areNumbers[$0] && !areMissing[$0] }
      if texts.count == 1 { return texts[0] }
      throw fail("no header line and no --label: say which column is the label, 1 to \(cells.count)")
    }
    throw fail(
      "no label column \(quoted(key)), there are \(listed(columns.names))"
        + (choice.isLabelGiven ? "" : "; say which it is with --label"))
  }

  /// The columns of the features: the chosen ones, or all that are left.
  private func chooseFeatures(
    of columns: inout CSVColumns, _ choice: CSVChoice, taken: [Int]
  ) throws(FileError) {
    var others = columns.names.indices.filter { !taken.contains($0) }
    guard let features = choice.features else {
      for column in columns.names.indices.reversed() {
        guard columns.names[column].isEmpty else { break }
        columns.roles[column] = .empty
        others.removeAll { $0 == column }
      }
      try requireNames(of: others, in: columns)
      columns.setFeatures(others, named: others.map { columns.names[$0] })
      return
    }
    let names = others.map { columns.names[$0] }
    if !columns.hasHeader, features.count == others.count, !features.allSatisfy(names.contains) {
      columns.setFeatures(others, named: features)
      columns.notes.append("the columns are taken in order as \(listed(features))")
      return
    }
    columns.setFeatures(
      try features.enumerated().map { order, name throws(FileError) in
        guard let place = names.firstIndex(of: name) else {
          throw FileError(
            path,
            "no feature column \(quoted(name)), there are \(listed(names))"
              + (columns.hasHeader ? "" : "; the file has no header line"))
        }
        guard !features[..<order].contains(name) else {
          throw FileError(path, "column \(quoted(name)) is chosen twice")
        }
        guard names.lastIndex(of: name) == place else { throw fail("column \(quoted(name)) appears twice") }
        return others[place]
      }, named: features)
  }

  /// The classes that the first line names have names of up to 255 bytes, each its own.
  private func requireClassNames(_ names: [String]) throws(FileError) {
    for (index, name) in names.enumerated() {
      let problem =
        name.contains("\u{FFFD}")
        ? "is not UTF-8; save the file as UTF-8"
        : name.utf8.count > 255
          ? "of \(name.utf8.count) bytes, at most 255"
          : names[..<index].contains(name) ? "appears twice" : nil
      if let problem { throw fail("class name \(quoted(name)) \(problem)") }
    }
  }

  /// Columns that nobody chose by name have names, each its own.
  private func requireNames(of chosen: [Int], in columns: CSVColumns) throws(FileError) {
    var seen = Set<String>()
    for column in chosen {
      let name = columns.names[column]
      if name.isEmpty {
        throw fail("column \(column + 1) has no name; --features says which columns are read")
      }
      guard seen.insert(name).inserted else { throw fail("column \(quoted(name)) appears twice") }
    }
  }
}

// MARK: - Inputs of a model

extension CSVFirstRow {
  /// The columns of a model's inputs: by its names, or in order where there is no header.
  private func inputColumns(_ count: Int, _ choice: CSVChoice) throws(FileError) -> CSVColumns {
    let names = choice.features ?? []
    if choice.hasHeader == false { return try numberedColumns(count, names) }
    if choice.hasHeader == nil, let summary = CSVSummary(cells, width: nextWidth) {
      var columns = try numberedColumns(count, names, width: summary.features + 1)
      columns.summary = summary
      columns.skipsFirst = true
      return columns
    }
    if !names.isEmpty, let columns = try namedColumns(names) { return columns }
    if firstNumber == nil, names.isEmpty, !areMissing.contains(true) || choice.hasHeader == true {
      return try unnamedInputs(count, choice)
    }
    if let other = areNumbers.firstIndex(of: false) {
      let what = names.isEmpty ? "numbers" : "the model's names nor numbers"
      throw fail(
        "a first row that is neither \(names.isEmpty ? "a header nor " : "")\(what): column \(other + 1) is "
          + "\(quoted(cells[other]))")
    }
    // The names of columns differ, so a row with the same number twice is none of names.
    guard Set(cells).count < cells.count else {
      throw fail(
        "these numbers may be names of columns or a row of data: put the model's names above them, or say --no-header"
      )
    }
    return try numberedColumns(count, names)
  }

  /// The columns by the model's names; nil when the row has none of them and may be data.
  private func namedColumns(_ names: [String]) throws(FileError) -> CSVColumns? {
    let missing = names.filter { !cells.contains($0) }
    guard missing.isEmpty else {
      if areNumbers.allSatisfy(\.self) { return nil }
      if missing.count == names.count, areNumbers.contains(true) { return nil }
      throw fail(
        "no column \(listed(missing)) of the model, there are \(listed(cells))"
          + (areNumbers.contains(true) ? "; --no-header says that this row is data" : ""))
    }
    var columns = CSVColumns(names: cells, hasHeader: true)
    columns.setFeatures(
      try names.map { name throws(FileError) in
        guard let column = cells.firstIndex(of: name), cells.lastIndex(of: name) == column else {
          throw fail("column \(quoted(name)) appears twice")
        }
        return column
      }, named: names)
    return columns
  }

  /// The columns below a header for a model that has no names for its inputs: in order, without the label.
  private func unnamedInputs(_ count: Int, _ choice: CSVChoice) throws(FileError) -> CSVColumns {
    var columns = CSVColumns(names: cells, hasHeader: true)
    let others = cells.indices.filter { cells[$0] != choice.label }
    guard others.count == count else {
      throw fail(
        "\(others.count) columns\(others.count == cells.count ? "" : " beside the label"), "
          + "the model has \(count) inputs")
    }
    columns.setFeatures(others, named: others.map { cells[$0] })
    columns.notes = ["the model has no names for its inputs, so the columns are taken in order"]
    return columns
  }

  /// The columns below no header: those that a model names by number, or all of them in order.
  private func numberedColumns(_ count: Int, _ names: [String], width: Int? = nil) throws(FileError)
    -> CSVColumns
  {
    let numbers = (1...(width ?? cells.count)).map(String.init)
    var columns = CSVColumns(names: numbers, hasHeader: false)
    let named = names.compactMap { numbers.firstIndex(of: $0) }
    if named.count == count {
      columns.setFeatures(named, named: names)
      return columns
    }
    guard numbers.count == count else {
      throw fail("\(numbers.count) columns, the model has \(count) inputs")
    }
    columns.setFeatures(Array(numbers.indices), named: numbers)
    return columns
  }
}
