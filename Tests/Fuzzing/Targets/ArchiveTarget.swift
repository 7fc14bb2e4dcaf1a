internal import FileAccess
internal import Files
internal import Training

/// Reads both parts of a numpy archive; deflated members are refused, since a program inflates them, and checksums are
/// passed over, since no random change would get past them.
func refusalOfArchive(_ bytes: [UInt8]) throws(BrokenPromise) -> FileError? {
  var refusal: FileError?
  for part in IDXPart.allCases {
    let data: Dataset
    do throws(FileError) {
      data = try npzDataset(bytes, path: "x.npz", part: part, isChecked: false) { _, _ throws(FileError) in
        throw FileError("x.npz", "deflated")
      }
    } catch {
      refusal = error
      continue
    }
    try checkDataset(data)
  }
  return refusal
}

/// A numpy archive of stored arrays: type, shape and bytes of each.
package func archive(_ arrays: [(name: String, type: String, shape: String, content: [UInt8])]) -> [UInt8] {
  func number(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
  var file: [UInt8] = []
  var directory: [UInt8] = []
  for array in arrays {
    let header = "{'descr': '\(array.type)', 'fortran_order': False, 'shape': (\(array.shape)), }\n"
    let content =
      [0x93] + Array("NUMPY".utf8) + [1, 0] + number(header.utf8.count, 2) + Array(header.utf8)
      + array.content
    let name = Array("\(array.name).npy".utf8)
    // Version, flags, method and time, checksum, sizes, name.
    let shared =
      number(20, 2) + number(0, 8) + number(Int(crc32(of: content[...])), 4) + number(content.count, 4)
      + number(content.count, 4) + number(name.count, 2)
    directory +=
      number(0x0201_4B50, 4) + number(20, 2) + shared + number(0, 12) + number(file.count, 4) + name
    file += number(0x0403_4B50, 4) + shared + number(0, 2) + name + content
  }
  return file + directory + number(0x0605_4B50, 4) + number(0, 4) + number(arrays.count, 2)
    + number(arrays.count, 2) + number(directory.count, 4) + number(file.count, 4) + number(0, 2)
}
