/// What a file is by its first bytes, for the message when it is not what was asked for.
///
/// Nothing is concluded from the name of a file: people rename, and servers send a page instead of a file.
package enum FileKind: Equatable, Sendable {
  case empty, safetensors, header
  case torchArchive, kerasArchive, npz, spreadsheet, zip
  case pickle, hdf5, onnx, tensorFlow, tflite, gguf, npy
  case gitLFSPointer, html, xml, json, text
  case gzip, bzip2, xz, zstandard, sevenZip, tar
  case parquet, arrow, sqlite, image, pdf, program

  /// What the bytes are; nil when nothing is recognized.
  ///
  /// - Complexity: O(1): at most the first 512 bytes are looked at.
  package init?(of bytes: some Collection<UInt8>) {
    let head = Array(bytes.prefix(512))
    guard !head.isEmpty else {
      self = .empty
      return
    }
    // Eight bytes of length, then a JSON object; no other kind has its brace there and so small a number before it.
    if head.count > 8, head[8] == UInt8(ascii: "{"), head[3..<8].allSatisfy({ $0 == 0 }) {
      self = .safetensors
      return
    }
    if let kind = Self.signatures.first(where: { Self.matches(head, $0.bytes, at: $0.place) })?.kind {
      self = kind == .zip ? Self.archive(head) : kind
      return
    }
    if head.count > 2, Self.pickleProtocols.contains(head[1]), head[0] == 0x80 {
      self = .pickle
    } else if Self.isModelOfONNX(head) {
      // TensorFlow's saved_model.pb has version 1 there and then its graph; ONNX has been at 3 and more since 2017.
      self = head[1] == 1 ? .tensorFlow : .onnx
    } else if let kind = Self.textKind(head) {
      self = kind
    } else {
      return nil
    }
  }

  /// One line on what the file is and what to do, for who wanted a model.
  package var asModel: String { "\(name), no safetensors file; \(remedyForModel)" }

  /// One line on what the file is, for who wanted something else, such as `a header of supnorm export`.
  ///
  /// - Parameter remedy: what to do with the kind that is usually mistaken for it.
  package func insteadOf(_ wanted: String, _ remedy: (kind: FileKind, words: String)? = nil) -> String {
    if let remedy, remedy.kind == self { return "\(name), not \(wanted); \(remedy.words)" }
    switch self {
    case .gitLFSPointer, .html, .gzip, .bzip2, .xz, .zstandard, .sevenZip, .tar, .zip:
      return "\(name), not \(wanted); \(remedyForModel)"
    default: return "\(name), not \(wanted)"
    }
  }

  private var name: String {
    switch self {
    case .empty: "an empty file"
    case .safetensors: "a safetensors file"
    case .header: "a C header"
    case .torchArchive: "a PyTorch file of torch.save (zip)"
    case .kerasArchive: "a Keras file (zip)"
    case .npz: "an .npz file of numpy"
    case .spreadsheet: "a spreadsheet (zip)"
    case .zip: "a zip file"
    case .pickle: "a pickle of Python (old torch.save, joblib, scikit-learn)"
    case .hdf5: "an HDF5 file (Keras .h5)"
    case .onnx: "an ONNX file"
    case .tensorFlow: "a saved model of TensorFlow"
    case .tflite: "a TensorFlow Lite file"
    case .gguf: "a GGUF file"
    case .npy: "an .npy file of numpy"
    case .gitLFSPointer: "a git-lfs pointer, not the file itself"
    case .html: "a web page (HTML)"
    case .xml: "an XML file"
    case .json: "a JSON file"
    case .text: "a text file"
    case .gzip: "a gzip file"
    case .bzip2: "a bzip2 file"
    case .xz: "an xz file"
    case .zstandard: "a Zstandard file"
    case .sevenZip: "a 7-Zip file"
    case .tar: "a tar archive"
    case .parquet: "a Parquet file"
    case .arrow: "an Arrow (Feather) file"
    case .sqlite: "a SQLite database"
    case .image: "an image"
    case .pdf: "a PDF file"
    case .program: "a program or library"
    }
  }

  private var remedyForModel: String {
    switch self {
    case .torchArchive, .pickle:
      "in Python: from safetensors.torch import save_file; save_file(model.state_dict(), 'net.safetensors')"
    case .kerasArchive, .hdf5, .tensorFlow:
      "in Python: save its weights with safetensors.numpy.save_file, kernels transposed (.T) or read with --transposed"
    case .onnx:
      "in Python: safetensors.numpy.save_file({t.name: onnx.numpy_helper.to_array(t) for t in onnx.load(f).graph.initializer}, 'net.safetensors')"
    case .tflite, .gguf: "start from the floating-point network it was made of"
    case .gitLFSPointer: "git lfs pull fetches the file"
    case .html: "download the file itself, not the page that shows it"
    case .gzip, .bzip2, .xz, .zstandard, .sevenZip, .tar, .zip: "unpack it first"
    case .header: "supnorm verify reads headers; export makes them of a .safetensors file"
    case .npz, .npy: "safetensors.numpy.save_file writes its arrays in the form that is read"
    case .json: "the weights lie in another file, beside it"
    default: "models come as .safetensors, of supnorm train or of safetensors.torch.save_file"
    }
  }

  private static let signatures: [(place: Int, bytes: [UInt8], kind: FileKind)] = [
    (0, [0x50, 0x4B, 0x03, 0x04], .zip), (0, [0x50, 0x4B, 0x05, 0x06], .zip),
    (0, [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A], .hdf5),
    (4, Array("TFL3".utf8), .tflite), (0, Array("GGUF".utf8), .gguf),
    (0, [0x93] + Array("NUMPY".utf8), .npy), (0, Array("version https://git-lfs".utf8), .gitLFSPointer),
    (0, Array("version https://hawser".utf8), .gitLFSPointer),
    (0, [0x1F, 0x8B], .gzip), (0, Array("BZh".utf8), .bzip2), (0, [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], .xz),
    (0, [0x28, 0xB5, 0x2F, 0xFD], .zstandard), (0, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], .sevenZip),
    (257, Array("ustar".utf8), .tar), (0, Array("PAR1".utf8), .parquet), (0, Array("ARROW1".utf8), .arrow),
    (0, Array("FEA1".utf8), .arrow), (0, Array("SQLite format 3".utf8), .sqlite),
    (0, [0x89, 0x50, 0x4E, 0x47], .image), (0, [0xFF, 0xD8, 0xFF], .image), (0, Array("GIF8".utf8), .image),
    (0, Array("%PDF".utf8), .pdf), (0, [0x7F, 0x45, 0x4C, 0x46], .program),
    (0, [0xCF, 0xFA, 0xED, 0xFE], .program),
  ]

  /// Protocols 2 to 5 of Python's pickle; older ones are text.
  private static let pickleProtocols: ClosedRange<UInt8> = 2...5

  private static func matches(_ head: [UInt8], _ bytes: [UInt8], at place: Int) -> Bool {
    head.count >= place + bytes.count && head[place..<place + bytes.count].elementsEqual(bytes)
  }

  /// What a zip file is for, by the names of the members that its first bytes show.
  private static func archive(_ head: [UInt8]) -> FileKind {
    let text = String(decoding: head.map { $0 < 0x80 ? $0 : 0x3F }, as: UTF8.self)
    if text.contains("data.pkl") || text.contains("archive/") { return .torchArchive }
    if text.contains("model.weights.h5") || text.contains("config.json") || text.contains("metadata.json") {
      return .kerasArchive
    }
    if text.contains(".npy") { return .npz }
    return text.contains("[Content_Types].xml") || text.contains("mimetypeapplication/vnd.oasis")
      ? .spreadsheet : .zip
  }

  /// A protobuf whose first field is a small version, as onnx.ModelProto and TensorFlow's SavedModel begin, and then
  /// one of the fields that follow it there.
  private static func isModelOfONNX(_ head: [UInt8]) -> Bool {
    head.count > 3 && head[0] == 0x08 && (1...0x20).contains(head[1])
      && [0x12, 0x1A, 0x22, 0x28, 0x32, 0x3A, 0x42].contains(head[2])
  }

  private static func textKind(_ head: [UInt8]) -> FileKind? {
    let content = head.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(head.dropFirst(3)) : head
    guard content.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || (9...13).contains($0) }) else {
      // UTF-16 has zero bytes, and says so at its start.
      return content.starts(with: [0xFF, 0xFE]) || content.starts(with: [0xFE, 0xFF]) ? .text : nil
    }
    // The last character may be cut off.
    guard (0...3).contains(where: { String(validating: content.dropLast($0), as: UTF8.self) != nil }) else {
      return nil
    }
    let text = String(decoding: content, as: UTF8.self).lowercased()
    let start = text.drop { $0.isWhitespace }
    if ["<!doctype html", "<html", "<head", "<!-- "].contains(where: start.hasPrefix) { return .html }
    if start.hasPrefix("<") { return .xml }
    if text.contains("supnorm.h") || start.hasPrefix("#ifndef") || start.hasPrefix("#include") {
      return .header
    }
    return start.hasPrefix("{") || start.hasPrefix("[") ? .json : .text
  }
}
