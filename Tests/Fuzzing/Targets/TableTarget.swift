internal import FileAccess
internal import Files
internal import Training

/// Reads a table in every way in which the program does, and takes the samples of each.
///
/// - Returns: what the reading of classes says.
func refusalOfTable(_ bytes: [UInt8]) throws(BrokenPromise) -> FileError? {
  var dropping = CSVChoice()
  dropping.dropsMissing = true
  var bare = CSVChoice(label: "1")
  bare.hasHeader = false
  var inputs = CSVChoice(.inputs(2), features: ["a", "b"])
  for choice in [
    dropping, bare, CSVChoice(.regression, target: "b"), CSVChoice(label: "2", features: ["b"]),
    CSVChoice(.inputs(2)), inputs,
  ] {
    _ = try refusalOfTable(bytes, choice)
  }
  inputs.hasHeader = false
  _ = try refusalOfTable(bytes, inputs)
  return try refusalOfTable(bytes, CSVChoice())
}

private func refusalOfTable(_ bytes: [UInt8], _ choice: CSVChoice) throws(BrokenPromise) -> FileError? {
  let table: CSVTable
  let data: Dataset
  do throws(FileError) {
    table = try CSVTable(bytes, "x.csv", choice)
    data = try table.dataset()
  } catch {
    return error
  }
  try promise((0..<table.values.count).allSatisfy { table.values[$0].isFinite }, "finite values")
  try promise(table.featureNames.count == table.featureCount, "names of all features")
  try promise(data.targets.isEmpty || data.targets.count == data.count, "a target of each row")
  try promise(table.line(ofRow: 0).map { $0 > 0 } ?? true, "lines counted from 1")
  try checkDataset(data)
  // A test file is read with the classes of the training file.
  let again = try promised("the classes that labels make are classes of these labels") {
    try table.dataset(classNames: data.classNames)
  }
  try promise(table.labels.isEmpty || again.labels == data.labels, "the same classes for the same labels")
  try promise(Set(data.labels).count >= data.classNames.count, "no class without a label")
  return nil
}

/// What every data set promises; that its counts agree, `Dataset` checks itself.
func checkDataset(_ data: Dataset) throws(BrokenPromise) {
  try promise(data.count > 0 && data.featureCount > 0, "samples with features")
  let isLabeled = data.labels.allSatisfy {
    data.classNames.isEmpty ? $0 == 0 : data.classNames.indices.contains($0)
  }
  try promise(isLabeled, "labels that are classes")
  try promise(data.classNames.allSatisfy { 1...255 ~= $0.utf8.count }, "names of 1 to 255 bytes")
}
