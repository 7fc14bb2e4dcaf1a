internal import FileAccess
internal import Claims
internal import Certification
internal import Foundation
internal import Files
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

/// The data sets that `--data` names.
enum DataSource {
  private static let shipped = ["digits": "label", "breast-cancer": "diagnosis"]

  /// Whether a source is a table, whose columns have names.
  static func isTable(_ source: String) -> Bool {
    if shipped[source] != nil { return true }
    var name = source.lowercased()
    if name.hasSuffix(".gz") { name.removeLast(3) }
    return [".csv", ".tsv", ".tab", ".txt", ".data", ".dat"].contains(where: name.hasSuffix)
  }

  /// Loads the training or the test part of a source and prints what its reader has to say.
  ///
  /// A single table, or a `.npz` file of one pair of arrays, has no parts: it is all of either.
  static func load(_ source: String, part: IDXPart, columns: ColumnChoice = ColumnChoice()) throws -> Dataset
  {
    var data = try read(source, part: part, columns)
    for note in data.notes { Console.message(note) }
    if let size = columns.imageSize {
      guard size.width * size.height == data.featureCount else {
        throw CommandError.usage(
          "--images \(size.width)x\(size.height): \(size.width * size.height) pixels, "
            + "\(source) has \(data.featureCount) features")
      }
      if let own = data.imageSize, own != size {
        throw CommandError.usage(
          "--images \(size.width)x\(size.height): the images of \(source) have \(own.width)x\(own.height) pixels"
        )
      }
      data.imageSize = size
    }
    let isNew = columns.classNames == nil && columns.outputs == nil && columns.features == nil
    if isNew, data.imageSize == nil, data.featureCount >= 64, data.values.areBytes {
      let side = Int(Double(data.featureCount).squareRoot().rounded())
      let example = side * side == data.featureCount ? "\(side)x\(side)" : "WxH"
      Console.message(
        "\(source): \(data.featureCount) columns of whole numbers in 0…255; "
          + "if they are the pixels of images, say so with --images \(example)")
    }
    return data
  }

  /// Names what a file is that no table is: a web page, a pointer of git-lfs, a spreadsheet, a Parquet file.
  private static func refuseOtherKinds(_ source: String) throws {
    // A pipe cannot be looked at twice.
    guard
      (try? FileManager.default.attributesOfItem(atPath: source)[.type] as? FileAttributeType)
        == .typeRegular,
      let file = try? FileHandle(forReadingFrom: URL(fileURLWithPath: source)),
      let head = try? file.read(upToCount: 512), let kind = FileKind(of: head)
    else { return }
    let isBinary = head.contains(0) || kind == .gitLFSPointer || kind == .html
    guard isBinary, ![.text, .empty, .gzip].contains(kind) else { return }
    throw FileError(source, kind.insteadOf("a table, a .npz file or a folder of IDX files"))
  }

  private static func read(_ source: String, part: IDXPart, _ columns: ColumnChoice) throws -> Dataset {
    if let label = shipped[source] {
      return try table(
        shippedFile("\(source)/\(source)-\(part == .train ? "train" : "test").csv"), columns, label: label)
    }
    var isFolder: ObjCBool = false
    let exists = unsafe FileManager.default.fileExists(atPath: source, isDirectory: &isFolder)
    if isTable(source), !isFolder.boolValue {
      try refuseOtherKinds(source)
      return try table(source, columns, label: nil)
    }
    for (option, isGiven) in [
      ("--label", columns.label != nil), ("--target", columns.target != nil),
      ("--features", columns.features != nil),
      ("--header", columns.hasHeader == true), ("--no-header", columns.hasHeader == false),
      ("--missing", columns.dropsMissing),
    ] where isGiven {
      let columnsOnly = option == "--target" || option == "--features"
      throw CommandError.usage(
        columnsOnly
          ? "--data '\(source)': columns are chosen in .csv files"
          : "--data '\(source)': \(option) goes with tables")
    }
    guard exists else {
      throw CommandError.usage(
        "--data '\(source)': no such file or folder, and not 'digits' or 'breast-cancer'")
    }
    let isArchive = source.lowercased().hasSuffix(".npz")
    guard columns.arrays == nil || isArchive else {
      throw CommandError.usage("--data '\(source)': --arrays goes with .npz files")
    }
    if isArchive, !isFolder.boolValue {
      return try readNPZ(
        source, part: part, classNames: columns.classNames, outputs: columns.outputs, arrays: columns.arrays)
    }
    guard isFolder.boolValue else {
      try refuseOtherKinds(source)
      throw CommandError.usage(
        "--data '\(source)': not 'digits', 'breast-cancer', a folder of IDX files, "
          + "a table (.csv, .tsv or .txt, or with .gz) or a .npz file")
    }
    return try readIDXFolder(source, part: part, classNames: columns.classNames, outputs: columns.outputs)
  }

  /// The chosen columns of a table.
  private static func table(_ path: String, _ columns: ColumnChoice, label: String?) throws -> Dataset {
    if columns.arrays != nil { throw CommandError.usage("--data '\(path)': --arrays goes with .npz files") }
    var choice = CSVChoice(
      columns.target == nil ? .classes : .regression, label: columns.label ?? label, target: columns.target,
      features: columns.features)
    choice.hasHeader = columns.hasHeader
    choice.dropsMissing = columns.dropsMissing
    let table = try readCSV(path, choice)
    if let inputs = columns.inputs, table.featureCount != inputs {
      throw CommandError.usage("--data: \(table.featureCount) features, the model has \(inputs) inputs")
    }
    return try table.dataset(classNames: columns.classNames, outputs: columns.outputs)
  }

  private static func shippedFile(_ name: String) throws(CommandError) -> String {
    guard let folder = Bundle.module.resourceURL else {
      throw .usage("--data digits: the shipped data is not beside the program")
    }
    return folder.appending(path: "data/\(name)").path
  }
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
