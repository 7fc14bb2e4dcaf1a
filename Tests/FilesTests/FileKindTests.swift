import FileAccess
import Foundation
import Files
import TestSupport
import Testing

@Suite("Kinds of files")
struct FileKindTests {
  private static func words(_ text: String) -> [UInt8] { Array(text.utf8) }

  /// The first bytes of files as their programs write them.
  private static let kinds: [(bytes: [UInt8], kind: FileKind)] = [
    ([], .empty),
    ([0x50, 0x4B, 3, 4] + Array(repeating: 0, count: 26) + words("net/data.pkl"), .torchArchive),
    ([0x50, 0x4B, 3, 4] + Array(repeating: 0, count: 26) + words("metadata.json{}"), .kerasArchive),
    ([0x50, 0x4B, 3, 4] + Array(repeating: 0, count: 26) + words("x.npy"), .npz),
    ([0x50, 0x4B, 3, 4] + Array(repeating: 0, count: 26) + words("[Content_Types].xml"), .spreadsheet),
    ([0x50, 0x4B, 5, 6] + Array(repeating: 0, count: 18), .zip),
    ([0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9], .pickle), ([0x80, 0x04, 0x95, 1, 2], .pickle),
    ([0x89] + words("HDF\r\n") + [0x1A, 0x0A, 0, 0], .hdf5),
    ([0x08, 0x08, 0x12, 0x07] + words("pytorch") + [0x1A, 0x05] + words("2.4.1"), .onnx),
    ([0x08, 0x01, 0x12, 0xFF, 0x03, 0x0A], .tensorFlow),
    ([0x1C, 0, 0, 0] + words("TFL3") + [0x14, 0, 0x20, 0], .tflite),
    (words("GGUF") + [3, 0, 0, 0], .gguf), ([0x93] + words("NUMPY") + [1, 0], .npy),
    (words("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"), .gitLFSPointer),
    (words("\n\n<!DOCTYPE html>\n<html lang=\"en\">"), .html), (words("<html><body>404"), .html),
    (words("<?xml version=\"1.0\"?>"), .xml), (words(" {\"weight_map\": {}}"), .json),
    (words("a,b,label\n1,2,x\n"), .text), (words("/* digits */\n#include \"supnorm.h\"\n"), .header),
    ([0x1F, 0x8B, 8, 0], .gzip), (words("BZh91AY"), .bzip2), ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], .xz),
    (words("PAR1") + [0x15, 4], .parquet), (words("SQLite format 3") + [0], .sqlite),
    ([0x89, 0x50, 0x4E, 0x47, 13, 10], .image), ([0x7F, 0x45, 0x4C, 0x46, 2], .program),
  ]

  @Test func `Every kind is told from its first bytes, and refused with a remedy in one line`() {
    for (bytes, kind) in Self.kinds {
      #expect(FileKind(of: bytes) == kind, "\(kind)")
      let line = message { () throws(FileError) in _ = try Safetensors(bytes: bytes, path: "x") }
      #expect(line == "x: \(kind.asModel)" && !line.contains("header length"), "\(line)")
      #expect(kind.asModel.contains("; ") && !kind.asModel.contains("\n"))
      // Names as their senders have them do not matter.
      let longer = FileKind(of: bytes + Array(repeating: 0, count: 600))
      if ![.empty, .html, .xml, .json, .text, .header].contains(kind) { #expect(longer == kind, "\(kind)") }
    }
    #expect(FileKind(of: [0, 1, 2, 3]) == nil && FileKind(of: [UInt8](repeating: 255, count: 99)) == nil)
  }

  @Test func `No safetensors file is taken for another kind, whatever the length of its header`() {
    for length in [0x1F8B, 0x8B1F, 0x0208, 0x0280, 0x4B50, 2, 10, 0x0A7B, 0x5A42, 0x7B_5B3C, 1 << 22] {
      let bytes = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + Self.words("{\"a\":")
      #expect(FileKind(of: bytes) == .safetensors, "\(length)")
    }
  }

  @Test func `The kind depends on no more than the first 512 bytes`() {
    withBrokenCopies(of: Self.words("{\"a\":1}") + Array(repeating: 32, count: 600), count: 2000) { bytes in
      #expect(FileKind(of: bytes) == FileKind(of: bytes.prefix(512)))
    }
  }
}
