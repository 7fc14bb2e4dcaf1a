import Foundation
public import Training

/// The two halves of a data set in MNIST's file names.
public enum IDXPart: String, CaseIterable, Sendable {
  case train = "train"
  case test = "t10k"
}

/// Reads images and labels from a folder of IDX files under MNIST's names, plain or compressed with gzip.
///
/// The features are the pixels, row by row, as bytes. There are at least ten classes, so that a training and a
/// test file of digits agree on them whichever labels occur.
public func readIDXFolder(_ path: String, part: IDXPart) throws(FileError) -> Dataset {
  let folder = path.hasSuffix("/") ? path : "\(path)/"
  return try idxDataset(
    images: IDXFile("\(folder)\(part.rawValue)-images-idx3-ubyte"),
    labels: IDXFile("\(folder)\(part.rawValue)-labels-idx1-ubyte"))
}

/// The samples of a file of images and a file of their labels, see `readIDXFolder(_:part:)`.
///
/// - Complexity: O(bytes): no size that a file states is believed before as many bytes are there.
package func idxDataset(images: IDXFile, labels: IDXFile) throws(FileError) -> Dataset {
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
  let largest = Int(labels.values.max() ?? 0)
  return Dataset(
    values: .bytes(images.values), labels: labels.values.map(Int.init), featureCount: height * width,
    classNames: (0...max(largest, 9)).map(String.init), imageSize: (width: width, height: height))
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

  /// Reads a file under its own name or with `.gz`.
  fileprivate init(_ name: String) throws(FileError) {
    let limit = 1 << 30
    path = name
    if !FileManager.default.fileExists(atPath: name) {
      path = "\(name).gz"
      guard FileManager.default.fileExists(atPath: path) else {
        throw FileError(name, "no such file, plain or with .gz")
      }
    }
    bytes = try path == name ? AtomicFile.read(path, limit: limit) : GzipFile.read(path, limit: limit)
  }
}

/// The content of an IDX file of unsigned bytes: a magic number, big-endian dimensions, values.
private struct IDXTensor {
  var path: String
  var dimensions: [Int]
  var values: [UInt8]

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
    values = Array(bytes[headerSize...])
  }
}
