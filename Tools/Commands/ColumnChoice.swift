internal import Claims
internal import Training

/// Which columns or arrays of a data file are what, and for which model.
struct ColumnChoice {
  /// The column of the classes; nil for the usual one.
  var label: String?
  /// The features in order; nil for all other columns.
  var features: [String]?
  /// The number a regression shall find; nil for classes.
  var target: String?
  /// The classes of the model the data is for, or nil to take them from the data.
  var classNames: [String]?
  /// The outputs of the model the data is for, when it has no names for its classes.
  var outputs: Int?
  /// The inputs of such a model, where features are not chosen by name.
  var inputs: Int?
  /// Whether the first row is a header; nil to tell by what stands there.
  var hasHeader: Bool?
  /// Whether rows with missing values are left out.
  var dropsMissing = false
  /// Width and height of the images whose pixels the columns are.
  var imageSize: (width: Int, height: Int)?
  /// The names of the arrays of a `.npz` file.
  var arrays: (inputs: String, labels: String)?
}

extension ColumnChoice {
  /// What the options of data files say.
  init(_ arguments: Arguments) throws(CommandError) {
    label = arguments.string("--label")
    guard !arguments.has("--header") || !arguments.has("--no-header") else {
      throw .usage("--header does not go with --no-header")
    }
    hasHeader = arguments.has("--header") ? true : arguments.has("--no-header") ? false : nil
    dropsMissing = try arguments.choice("--missing", ["drop"]) != nil
    if let text = arguments.string("--images") {
      let sides = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
      guard sides.count == 2, sides.allSatisfy({ 1...65535 ~= $0 }) else {
        throw .usage("--images '\(text)': not a width and a height such as 28x28")
      }
      imageSize = (sides[0], sides[1])
    }
    if let text = arguments.string("--arrays") {
      let names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      guard names.count == 2, !names.contains("") else {
        throw .usage("--arrays '\(text)': not the names of two arrays, inputs and labels, such as X,Y")
      }
      arrays = (names[0], names[1])
    }
  }
}

extension Option {
  /// The options of every command that takes `--data`, beside `--label`.
  static let dataFile = [
    noHeader, Option("--header", nil, "the first row of the table is a header, though it has numbers"),
    Option(
      "--missing", "drop",
      "leave out rows with an empty cell, NA, N/A, NaN, null or ? in a column that is read"),
    Option("--images", "WxH", "the columns are the pixels of images, row by row"),
    Option(
      "--arrays", "X,Y", "the arrays of a .npz file (default: x_train and y_train, x and y, and the like)"),
  ]

  static let noHeader = Option("--no-header", nil, "the table has no header; its columns are named 1, 2, …")
}

extension ModelClaims {
  /// The columns of a data file that a model was made for, by their names, with what the options say.
  func columns(_ arguments: Arguments, of source: String) throws(CommandError) -> ColumnChoice {
    columns(try ColumnChoice(arguments), of: source)
  }

  /// The columns of a data file that a model was made for, by their names.
  func columns(label: String?, of source: String) -> ColumnChoice {
    columns(ColumnChoice(label: label), of: source)
  }

  private func columns(_ choice: ColumnChoice, of source: String) -> ColumnChoice {
    var choice = choice
    choice.take(
      features: featureNames, classes: classNames, outputs: outputs, isRegression: task == .regression,
      targets: targetNames, of: source)
    return choice
  }
}

extension FloatModel {
  /// The columns of a data file that the model was made for, by their names, with what the options say.
  func columns(_ arguments: Arguments, of source: String) throws(CommandError) -> ColumnChoice {
    var choice = try ColumnChoice(arguments)
    choice.take(
      features: featureNames, classes: classNames, outputs: network.layers[network.layers.count - 1].rows,
      isRegression: !targets.isEmpty, targets: targetNames, of: source)
    return choice
  }
}

extension ColumnChoice {
  /// Takes over the names of a model.
  fileprivate mutating func take(
    features: [String], classes: [String], outputs: Int, isRegression: Bool, targets: [String],
    of source: String
  ) {
    // Images have no columns to choose.
    self.features = DataSource.isTable(source) && !features.isEmpty ? features : nil
    target = isRegression ? targets.first : nil
    classNames = classes.isEmpty ? nil : classes
    self.outputs = isRegression ? nil : outputs
  }
}
