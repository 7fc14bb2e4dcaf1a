package import FileAccess
import Foundation

/// The path of a program, looked for in the folders of `PATH` or of another list like it; nil where there is none.
package func executablePath(of name: String, in searchPath: String? = nil) -> String? {
  let list = searchPath ?? ProcessInfo.processInfo.environment["PATH"] ?? ""
  return list.split(separator: ":").map { "\($0)/\(name)" }.first {
    FileManager.default.isExecutableFile(atPath: $0)
  }
}

/// Files that the `gzip` program compressed.
package enum GzipFile {
  /// Decompresses a file of at most `limit` bytes in plain form; `searchPath` is where `gzip` is looked for,
  /// `PATH` when nil, and `otherwise` what else would do.
  package static func read(
    _ path: String, limit: Int, searchPath: String? = nil, otherwise: String = "decompress the file"
  ) throws(FileError) -> [UInt8] {
    guard let program = executablePath(of: "gzip", in: searchPath) else {
      throw FileError(path, "needs the program gzip, which is not in PATH; install it or \(otherwise)")
    }
    let input = FileHandle(fileDescriptor: try AtomicFile.openForReading(path), closeOnDealloc: true)
    return try decompress(input, with: program, limit: limit, path: path, expected: expectedSize(of: input))
  }

  /// What the last four bytes say of the plain size, as far as so few compressed bytes can be so many plain ones.
  ///
  /// Room for as many is made at once, so that a wrong size costs time and no memory that is not used.
  private static func expectedSize(of input: FileHandle) -> Int {
    guard let size = try? Int(input.seekToEnd()), size >= 18,
      (try? input.seek(toOffset: UInt64(size - 4))) != nil,
      let trailer = try? input.read(upToCount: 4), trailer.count == 4, (try? input.seek(toOffset: 0)) != nil
    else {
      try? input.seek(toOffset: 0)
      return 0
    }
    let stated = trailer.reversed().reduce(0) { $0 << 8 | Int($1) }
    return min(stated, largestSize(ofDeflated: size))
  }

  /// The most plain bytes that deflated ones can become: a match of 258 bytes takes at least two bits.
  static func largestSize(ofDeflated count: Int) -> Int { 1032 * count + 64 }

  /// Decompresses the bytes of a gzip file; `path` is only for messages.
  static func decompress(_ bytes: [UInt8], limit: Int, path: String) throws(FileError) -> [UInt8] {
    // A file, since a pipe that is written and read by one thread can block it.
    let temporary = "\(NSTemporaryDirectory())supnorm-\(UUID().uuidString).gz"
    _ = TemporaryFiles.create(temporary) { 0 }
    defer { TemporaryFiles.remove(temporary) }
    do throws(FileError) {
      try AtomicFile.write(bytes, to: temporary)
      return try read(temporary, limit: limit, otherwise: "save the arrays uncompressed")
    } catch {
      throw FileError(path, error.problem)
    }
  }

  private static func decompress(
    _ input: FileHandle, with program: String, limit: Int, path: String, expected: Int
  ) throws(FileError) -> [UInt8] {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = ["-dc"]
    process.standardInput = input
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    do {
      try process.run()
    } catch {
      throw FileError(path, "\(program) cannot be run: \(error.localizedDescription)")
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(min(expected, limit))
    let output = pipe.fileHandleForReading
    while bytes.count <= limit, let chunk = try? output.read(upToCount: 1 << 20), !chunk.isEmpty {
      bytes += chunk
    }
    // A closed pipe ends gzip for sure; a signal might be blocked in the thread that started it.
    try? output.close()
    process.waitUntilExit()
    if bytes.count > limit { throw FileError(path, "more than \(limit) bytes when decompressed") }
    // Status 2 is a warning, such as zeros after the end; the data is whole.
    guard process.terminationReason == .exit, [0, 2].contains(process.terminationStatus) else {
      throw FileError(path, "not a whole gzip file (gzip -dc ended with \(process.terminationStatus))")
    }
    return bytes
  }
}
