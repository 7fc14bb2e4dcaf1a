internal import FileAccess
internal import Foundation
internal import Files
internal import Training

/// The data that `--data` names.
enum DataSource {
  /// Whether a source is a table, whose columns have names.
  static func isTable(_ source: String) -> Bool {
    if ShippedData(rawValue: source) != nil { return true }
    var name = source.lowercased()
    if name.hasSuffix(".gz") { name.removeLast(3) }
    return [".csv", ".tsv", ".tab", ".txt", ".data", ".dat"].contains(where: name.hasSuffix)
  }

  /// Loads the training or the test part of a source and prints what its reader has to say.
  ///
  /// A single table, or a `.npz` file of one pair of arrays, has no parts and is taken whole for each.
  static func load(
    _ source: String, part: IDXPart, columns: ColumnChoice = ColumnChoice()
  ) throws -> Dataset {
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
    if let shipped = ShippedData(rawValue: source) {
      return try table(shipped.path(part), columns, label: shipped.label)
    }
    var isFolder: ObjCBool = false
    let exists = unsafe FileManager.default.fileExists(atPath: source, isDirectory: &isFolder)
    if isTable(source), !isFolder.boolValue {
      try refuseOtherKinds(source)
      return try table(source, columns, label: nil)
    }
    try refuseOptionsOfTables(columns, for: source)
    guard exists else {
      throw CommandError.usage(
        "--data '\(source)': no such file or folder, and not \(ShippedData.quoted(" or "))")
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
        "--data '\(source)': not \(ShippedData.quoted(", ")), a folder of IDX files, "
          + "a table (.csv, .tsv or .txt, or with .gz) or a .npz file")
    }
    return try readIDXFolder(source, part: part, classNames: columns.classNames, outputs: columns.outputs)
  }

  /// Refuses what is said of columns where there are none.
  private static func refuseOptionsOfTables(_ columns: ColumnChoice, for source: String) throws {
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
}
