public import FileAccess
public import Training

/// Reads samples from a `.npz` file of numpy: arrays for training and test, or one pair that serves as either part.
///
/// Their names are the usual ones: `x_train` and `y_train`, `X_test` and `y_test`, `train_images` and `train_labels`, or `x` and
/// `y`, `X` and `Y`, `data` and `target`; or `arrays` names them. Inputs have the shape [samples, …] and numbers of any type; an
/// image of [height, width], with or without one channel, keeps its size. Labels have the shape [samples] or [samples, 1]:
/// whole numbers of any type, truth values or texts.
///
/// Members are inflated by the program `gzip`.
/// - Parameters:
///   - classNames: the classes of the model that the samples are for; a label that is none of them becomes -1.
///   - outputs: of a model without names, in whose order whole numbers are meant.
///   - arrays: the names of inputs and labels, where they have others.
/// - Complexity: O(bytes) of the arrays that are read; memory at most four times as many.
public func readNPZ(
  _ path: String, part: IDXPart, classNames: [String]? = nil, outputs: Int? = nil,
  arrays: (inputs: String, labels: String)? = nil
) throws(FileError) -> Dataset {
  let known: ClassNumbering.Known = classNames.map { .names($0) } ?? outputs.map { .outputs($0) } ?? .nothing
  return try npzDataset(
    AtomicFile.read(path, limit: 1 << 30), path: path, part: part, known: known, arrays: arrays
  ) { gzip, size throws(FileError) in
    try GzipFile.decompress(gzip, limit: size, path: path)
  }
}

/// The samples of the bytes of a `.npz` file whose classes are those that occur, see `readNPZ`.
///
/// - Parameters:
///   - isChecked: whether stored members are held to their checksums.
///   - inflate: turns a gzip file of a stated size into plain bytes.
package func npzDataset(
  _ bytes: [UInt8], path: String, part: IDXPart, arrays: (inputs: String, labels: String)? = nil,
  isChecked: Bool = true, inflate: ([UInt8], Int) throws(FileError) -> [UInt8]
) throws(FileError) -> Dataset {
  try npzDataset(
    bytes, path: path, part: part, known: .nothing, arrays: arrays, isChecked: isChecked, inflate: inflate)
}

private func npzDataset(
  _ bytes: [UInt8], path: String, part: IDXPart, known: ClassNumbering.Known,
  arrays: (inputs: String, labels: String)?, isChecked: Bool = true,
  inflate: ([UInt8], Int) throws(FileError) -> [UInt8]
) throws(FileError) -> Dataset {
  let archive = try ZipArchive(bytes, path: path)
  var members: [String: ZipArchive.Member] = [:]
  for member in archive.members where member.name.hasSuffix(".npy") {
    let name = String(member.name.dropLast(4))
    guard members.updateValue(member, forKey: name) == nil else {
      throw FileError(path, place: name, "is there twice")
    }
  }
  func array(_ name: String) throws(FileError) -> NPYArray {
    guard let member = members[name] else {
      throw FileError(path, "no array \(quoted(name)), there are \(listed(members.keys.sorted()))")
    }
    return try NPYArray(
      archive.content(member, limit: 1 << 30, isChecked: isChecked, inflate: inflate), path: path, name: name)
  }
  let (inputName, labelName) =
    if let arrays { arrays } else { try arrayNames(members.keys.sorted(), part, path) }
  // The bytes of an array go when its values are there.
  let inputs = try samples(try array(inputName))
  let labels = try array(labelName)
  let count = inputs.values.count / inputs.featureCount
  guard labels.shape.count == 1 || labels.shape.count == 2 && labels.shape[1] == 1 else {
    let hint = labels.shape.count == 2 ? "; of one column for each class save y.argmax(1)" : ""
    throw FileError(
      path, place: labelName, "shape \(labels.shape), labels of shape [samples] expected\(hint)")
  }
  guard labels.count == count else {
    throw FileError(path, place: labelName, "\(labels.count) labels for \(count) samples")
  }
  var data = Dataset(
    values: inputs.values, labels: [Int](repeating: 0, count: count), featureCount: inputs.featureCount,
    classNames: [], imageSize: inputs.imageSize)
  try data.setClasses(known, path: path, place: labelName) { index throws(FileError) in
    try labels.label(index)
  }
  return data
}

/// The samples of an array of inputs.
private func samples(
  _ array: NPYArray
) throws(FileError) -> (values: Dataset.Values, featureCount: Int, imageSize: (width: Int, height: Int)?) {
  let shape = array.shape
  let featureCount = shape.dropFirst().reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
  guard shape.count >= 2, shape[0] > 0, (1...65535).contains(featureCount) else {
    throw FileError(
      array.path, place: array.name, "shape \(shape), [samples, …] with 1 to 65535 features expected")
  }
  return (try array.values(perSample: featureCount), featureCount, imageSize(shape))
}

/// The width and height of images of [height, width], with or without one channel before or after.
private func imageSize(_ shape: [Int]) -> (width: Int, height: Int)? {
  if shape.count == 3 || shape.count == 4 && shape[3] == 1 { return (width: shape[2], height: shape[1]) }
  return shape.count == 4 && shape[1] == 1 ? (width: shape[3], height: shape[2]) : nil
}

/// The pair of arrays whose names say that they are inputs and labels of a part, or of both.
private func arrayNames(
  _ names: [String], _ part: IDXPart, _ path: String
) throws(FileError) -> (inputs: String, labels: String) {
  let inputWords = ["x", "images", "data", "features", "inputs"]
  let labelWords = ["y", "labels", "label", "targets", "target", "classes"]
  let partWord = part == .train ? "train" : "test"
  for isPart in [true, false] {
    func found(_ words: [String]) -> [String] {
      let wanted = isPart ? words.flatMap { [$0 + partWord, partWord + $0] } : words
      return names.filter { wanted.contains($0.lowercased().filter(\.isLetter)) }
    }
    let (inputs, labels) = (found(inputWords), found(labelWords))
    if inputs.isEmpty || labels.isEmpty { continue }
    guard inputs.count == 1, labels.count == 1 else {
      throw FileError(
        path, "inputs may be \(listed(inputs)), labels \(listed(labels)); --arrays INPUTS,LABELS says which")
    }
    return (inputs[0], labels[0])
  }
  throw FileError(
    path,
    "no arrays 'x_\(partWord)' and 'y_\(partWord)' or 'x' and 'y', there are \(listed(names)); "
      + "--arrays INPUTS,LABELS names them")
}

extension Dataset {
  /// Numbers the classes of all samples by the texts of their labels.
  ///
  /// - Complexity: O(samples + labels · log labels).
  mutating func setClasses(
    _ known: ClassNumbering.Known, path: String, place: String,
    label: (Int) throws(FileError) -> String
  ) throws(FileError) {
    var places: [String: Int] = [:]
    var texts: [String] = []
    for sample in labels.indices {
      let text = try label(sample)
      if let place = places[text] {
        labels[sample] = place
        continue
      }
      guard !text.isEmpty, text.utf8.count <= 255, texts.count < 32767 else {
        throw FileError(
          path, place: "\(place)[\(sample)]",
          texts.count < 32767
            ? "label \(quoted(text)) of \(text.utf8.count) bytes, 1 to 255"
            : "more than 32767 different labels")
      }
      labels[sample] = texts.count
      places[text] = texts.count
      texts.append(text)
    }
    let numbering = try ClassNumbering(texts, known) { FileError(path, place: place, $0) }
    classNames = numbering.names
    for sample in labels.indices { labels[sample] = numbering.classes[labels[sample]] }
    let strangers = texts.indices.filter { numbering.classes[$0] < 0 }.map { texts[$0] }
    if let note = noteOfUnknown(strangers, count: labels.count { $0 < 0 }, of: count) {
      notes.append("\(path): \(note)")
    }
  }
}
