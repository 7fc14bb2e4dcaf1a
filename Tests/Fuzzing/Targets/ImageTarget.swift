internal import FileAccess
internal import Files
internal import Training

/// Reads images and labels, which a fuzz input holds one after the other: the labels begin at the last place that
/// looks like the beginning of labels.
func refusalOfImages(_ bytes: [UInt8]) throws(BrokenPromise) -> FileError? {
  let magic: [UInt8] = [0, 0, 8, 1]
  let cut =
    bytes.indices.last { bytes[$0...].starts(with: magic) } ?? bytes.endIndex
  let data: Dataset
  do throws(FileError) {
    data = try idxDataset(
      images: IDXFile(path: "x-images", bytes: Array(bytes[..<cut])),
      labels: IDXFile(path: "x-labels", bytes: Array(bytes[cut...])))
  } catch {
    return error
  }
  try checkDataset(data)
  try promise(data.imageSize.map { $0.width * $0.height } == data.featureCount, "an image of all pixels")
  return nil
}
