public import FileAccess
import Foundation
public import Training

/// The two halves of a data set in MNIST's file names.
public enum IDXPart: String, CaseIterable, Sendable {
  case train = "train"
  case test = "t10k"
}

/// Reads images and labels from a folder of IDX files under MNIST's names, plain or compressed with gzip.
///
/// The features are the pixels, row by row, as bytes. Labels of 0 to 9 are the ten digits, whichever of them occur; of
/// others those are classes that occur.
/// - Parameters:
///   - classNames: the classes of the model that the samples are for; a label that is none of them becomes -1.
///   - outputs: of a model without names, in whose order labels are meant.
public func readIDXFolder(
  _ path: String, part: IDXPart, classNames: [String]? = nil, outputs: Int? = nil
) throws(FileError) -> Dataset {
  let folder = path.hasSuffix("/") ? path : "\(path)/"
  let known: ClassNumbering.Known = classNames.map { .names($0) } ?? outputs.map { .outputs($0) } ?? .nothing
  return try idxDataset(
    images: IDXFile("\(folder)\(part.rawValue)-images", "idx3-ubyte"),
    labels: IDXFile("\(folder)\(part.rawValue)-labels", "idx1-ubyte"), known: known)
}

/// The samples of a file of images and a file of their labels, see `readIDXFolder`.
package func idxDataset(images: IDXFile, labels: IDXFile) throws(FileError) -> Dataset {
  try idxDataset(images: images, labels: labels, known: .nothing)
}

/// - Complexity: O(bytes): no size that a file states is believed before as many bytes are there.
private func idxDataset(
  images: IDXFile, labels: IDXFile, known: ClassNumbering.Known
) throws(FileError) -> Dataset {
  let images = try IDXTensor(images, dimensionCount: 3)
  let labels = try IDXTensor(labels, dimensionCount: 1)
  let (count, height, width) = (images.dimensions[0], images.dimensions[1], images.dimensions[2])
  guard count > 0 else { throw FileError(images.path, "no images") }
  // Each factor is below 2^32, so the product fits.
  guard (1...65535).contains(height * width) else {
    throw FileError(images.path, "images of \(width) × \(height) pixels, 1 to 65535 pixels are read")
  }
  guard labels.dimensions[0] == count else {
    throw FileError(labels.path, "\(labels.dimensions[0]) labels for \(count) images")
  }
  var data = Dataset(
    values: .bytes(Array(images.values)), labels: [Int](repeating: 0, count: count),
    featureCount: height * width, classNames: [], imageSize: (width: width, height: height))
  let areDigits = if case .nothing = known { labels.values.allSatisfy { $0 < 10 } } else { false }
  let first = labels.values.startIndex
  try data.setClasses(
    areDigits ? .names((0...9).map(String.init)) : known, path: labels.path, place: "label"
  ) { "\(labels.values[first + $0])" }
  return data
}

/// The bytes of an IDX file, decompressed.
package struct IDXFile {
  /// Where they were found, plain or with `.gz`; only for messages.
  package var path: String

  /// Everything in the file.
  package var bytes: [UInt8]

  /// Creates a file that is already in memory.
  package init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }

  /// Reads a file named `name-type` or, as some unpack it, `name.type`, plain or with `.gz`.
  fileprivate init(_ name: String, _ type: String) throws(FileError) {
    let limit = 1 << 30
    let names = ["\(name)-\(type)", "\(name).\(type)"].flatMap { [$0, "\($0).gz"] }
    guard let found = names.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
      throw FileError(names[0], "no such file, plain or with .gz")
    }
    path = found
    bytes =
      try path.hasSuffix(".gz") ? GzipFile.read(path, limit: limit) : AtomicFile.read(path, limit: limit)
  }
}

/// The content of an IDX file of unsigned bytes: a magic number, big-endian dimensions, values.
private struct IDXTensor {
  var path: String
  var dimensions: [Int]
  var values: ArraySlice<UInt8>

  init(_ file: IDXFile, dimensionCount: Int) throws(FileError) {
    path = file.path
    let bytes = file.bytes
    let headerSize = 4 + 4 * dimensionCount
    guard bytes.count >= headerSize else {
      throw FileError(path, "\(bytes.count) bytes, the header alone needs \(headerSize)")
    }
    let words = stride(from: 0, to: headerSize, by: 4).map { start in
      bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
    }
    // Two zero bytes, 8 for unsigned bytes, the number of dimensions.
    guard words[0] == 0x800 + dimensionCount else {
      throw FileError(path, "magic number \(words[0]), \(0x800 + dimensionCount) expected")
    }
    dimensions = Array(words[1...])
    let size = dimensions.reduce(1) { product, dimension in
      let (value, overflow) = product.multipliedReportingOverflow(by: dimension)
      return overflow ? .max : value
    }
    guard bytes.count - headerSize == size else {
      throw FileError(
        path, "\(bytes.count - headerSize) bytes of values, dimensions \(dimensions) need \(size)")
    }
    values = bytes[headerSize...]
  }
}
