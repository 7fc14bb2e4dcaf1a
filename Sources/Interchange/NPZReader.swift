public import Training

/// Reads samples from a `.npz` file of numpy: arrays `x_train`, `y_train`, `x_test` and `y_test` as in Keras's
/// mnist.npz, or one `x` (or `X`) and `y` that serve as either part.
///
/// x has the shape [samples, …] and any type of numbers; bytes stay bytes, an image of [height, width] or
/// [height, width, 1] keeps its size. y has the shape [samples] or [samples, 1] and an integer type. Where x are bytes,
/// there are at least ten classes, and always as many as the largest label of both parts needs.
///
/// Members are inflated by the program `gzip`.
public func readNPZ(_ path: String, part: IDXPart) throws(FileError) -> Dataset {
  try npzDataset(AtomicFile.read(path, limit: 1 << 30), path: path, part: part) {
    gzip, size throws(FileError) in
    try GzipFile.decompress(gzip, limit: size, path: path)
  }
}

/// The samples of the bytes of a `.npz` file, see `readNPZ(_:part:)`.
///
/// - Parameter inflate: turns a gzip file of a stated size into plain bytes.
package func npzDataset(
  _ bytes: [UInt8], path: String, part: IDXPart, inflate: ([UInt8], Int) throws(FileError) -> [UInt8]
) throws(FileError) -> Dataset {
  let archive = try ZipArchive(bytes, path: path)
  var members: [String: ZipArchive.Member] = [:]
  for member in archive.members where member.name.hasSuffix(".npy") {
    let name = String(member.name.dropLast(4))
    guard members.updateValue(member, forKey: name) == nil else {
      throw FileError(path, place: name, "is there twice")
    }
  }
  func array(_ name: String, bytes limit: Int = 1 << 30) throws(FileError) -> NPYArray {
    guard let member = members[name] else {
      throw FileError(path, "no array \(quoted(name)), there are \(listed(members.keys.sorted()))")
    }
    return try NPYArray(try archive.content(member, limit: limit, inflate: inflate), path: path, name: name)
  }
  let pairs = [part == .train ? ("x_train", "y_train") : ("x_test", "y_test"), ("x", "y"), ("X", "y")]
  guard let (inputName, labelName) = pairs.first(where: { members[$0.0] != nil }) else {
    throw FileError(
      path, "no arrays \(quoted(pairs[0].0)) or 'x', there are \(listed(members.keys.sorted()))")
  }
  let inputs = try array(inputName)
  let count = inputs.shape.first ?? 0
  let featureCount = inputs.shape.dropFirst().reduce(1) {
    $0.multipliedReportingOverflow(by: $1).partialValue
  }
  guard inputs.shape.count >= 2, count > 0, (1...65535).contains(featureCount) else {
    throw FileError(
      path, place: inputName, "shape \(inputs.shape), [samples, …] with 1 to 65535 features expected")
  }
  let labels = try classes(try array(labelName), path, labelName)
  guard labels.count == count else {
    throw FileError(path, place: labelName, "\(labels.count) labels for \(count) samples")
  }
  let otherName = part == .train ? "y_test" : "y_train"
  let others =
    labelName != "y" && members[otherName] != nil ? try classes(try array(otherName), path, otherName) : []
  var largest = max(labels.max() ?? 0, others.max() ?? 0)
  let values: Dataset.Values
  switch inputs.elements {
  case .bytes(let bytes):
    values = .bytes(bytes)
    largest = max(largest, 9)
  case .reals(let reals):
    if let index = reals.firstIndex(where: { !$0.isFinite }) {
      throw FileError(path, place: "\(inputName)[\(index / featureCount)]", "\(reals[index]) is not finite")
    }
    values = .reals(reals)
  }
  let isImage = inputs.shape.count == 3 || inputs.shape.count == 4 && inputs.shape[3] == 1
  return Dataset(
    values: values, labels: labels, featureCount: featureCount, classNames: (0...largest).map(String.init),
    imageSize: isImage ? (width: inputs.shape[2], height: inputs.shape[1]) : nil)
}

/// The labels of an array of integers.
private func classes(_ array: NPYArray, _ path: String, _ name: String) throws(FileError) -> [Int] {
  guard array.isInteger, array.shape.count == 1 || array.shape.count == 2 && array.shape[1] == 1 else {
    throw FileError(
      path, place: name,
      "shape \(array.shape) of \(array.isInteger ? "integers" : "reals"), integers of shape [samples] expected"
    )
  }
  switch array.elements {
  case .bytes(let bytes): return bytes.map(Int.init)
  case .reals(let reals):
    // A header has at most 32767 classes.
    if let index = reals.firstIndex(where: { !(0...32766).contains($0) }) {
      throw FileError(path, place: "\(name)[\(index)]", "label \(reals[index]), not in 0...32766")
    }
    return reals.map { Int($0) }
  }
}
