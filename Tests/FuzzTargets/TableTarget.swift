internal import Interchange
internal import Training

/// Reads a table that may lack labels and one that may not, and takes the samples of both.
///
/// - Returns: what the stricter reading says.
func refusalOfTable(_ bytes: [UInt8]) throws(BrokenPromise) -> FileError? {
  _ = try refusalOfTable(bytes, requireLabels: false)
  return try refusalOfTable(bytes, requireLabels: true)
}

private func refusalOfTable(_ bytes: [UInt8], requireLabels: Bool) throws(BrokenPromise) -> FileError? {
  let table: CSVTable
  let data: Dataset
  do throws(FileError) {
    table = try CSVTable(bytes, "x.csv", label: "label", requireLabels: requireLabels)
    data = try table.dataset()
  } catch {
    return error
  }
  try promise(table.values.allSatisfy(\.isFinite), "finite values")
  try promise(
    table.featureNames.isEmpty || table.featureNames.count == table.featureCount, "names of all features")
  try checkDataset(data)
  // A test file is read with the classes of the training file.
  let again = try promised("the classes that labels make are classes of these labels") {
    try table.dataset(classNames: data.classNames)
  }
  try promise(table.labels == nil || again.labels == data.labels, "the same classes for the same labels")
  return nil
}

/// What every data set promises; that its counts agree, `Dataset` checks itself.
func checkDataset(_ data: Dataset) throws(BrokenPromise) {
  try promise(data.count > 0 && data.featureCount > 0, "samples with features")
  let isLabeled = data.labels.allSatisfy { $0 == 0 || data.classNames.indices.contains($0) }
  try promise(isLabeled, "labels that are classes")
}
