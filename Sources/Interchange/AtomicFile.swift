import Foundation

/// Whole files: read up to a limit, and written so that a reader sees the old file or the new one.
public enum AtomicFile {
  /// Reads a whole file (or pipe) of at most `limit` bytes.
  public static func read(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(path, systemMessage()) }
    defer { _ = close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw FileError(path, systemMessage()) }
    if status.st_mode & S_IFMT == S_IFDIR { throw FileError(path, "a folder, not a file") }
    let size = Int(status.st_size)
    if size > limit { throw FileError(path, "\(size) bytes, at most \(limit) are read") }

    var bytes: [UInt8] = []
    bytes.reserveCapacity(size)
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe Foundation.read(descriptor, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw FileError(path, systemMessage()) }
      if count == 0 { return bytes }
      // The size of a pipe is known only at its end.
      if count > limit - bytes.count { throw FileError(path, "more than \(limit) bytes") }
      bytes += chunk[..<count]
    }
  }

  /// Writes a text file in UTF-8; see `write(_:to:)` for bytes.
  public static func write(_ text: String, to path: String) throws(FileError) {
    try write(Array(text.utf8), to: path)
  }

  /// Writes a file through a temporary one in the same folder, which takes its place only when it is complete.
  ///
  /// On any error the old file, if there was one, is untouched and the temporary one is gone. Devices and pipes
  /// are written directly, since a rename would replace them by a plain file.
  public static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    var target = path
    var mode: mode_t = 0o666
    var status = stat()
    if unsafe stat(path, &status) == 0 {
      if status.st_mode & S_IFMT == S_IFDIR { throw FileError(path, "a folder, not a file") }
      // A rename asks only the folder; whoever made the file read-only meant the file.
      guard unsafe access(path, W_OK) == 0 else { throw FileError(path, systemMessage()) }
      if status.st_mode & S_IFMT != S_IFREG {
        let descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC)
        return try finish(descriptor, bytes, sync: false, path)
      }
      // A link stays a link, and a private file private.
      target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
      mode = status.st_mode & 0o777
    }
    let folder = target.lastIndex(of: "/").map { target[...$0] } ?? ""
    let temporary = "\(folder).supnorm-\(UUID().uuidString)"
    let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    do throws(FileError) {
      try finish(descriptor, bytes, sync: true, path)
      guard unsafe rename(temporary, target) == 0 else { throw FileError(path, systemMessage()) }
    } catch {
      _ = unsafe unlink(temporary)
      throw error
    }
  }

  /// Writes all bytes and closes; every step can be the one that finds the disk full.
  private static func finish(
    _ descriptor: Int32, _ bytes: [UInt8], sync: Bool, _ path: String
  ) throws(FileError) {
    guard descriptor >= 0 else { throw FileError(path, "cannot be written: \(systemMessage())") }
    var rest = bytes[...]
    var problem: String?
    while !rest.isEmpty && problem == nil {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Foundation.write(descriptor, $0.baseAddress, $0.count)
      }
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        problem = systemMessage()
      }
    }
    if problem == nil && sync && fsync(descriptor) != 0 { problem = systemMessage() }
    if close(descriptor) != 0 && problem == nil { problem = systemMessage() }
    if let problem { throw FileError(path, "cannot be written: \(problem)") }
  }

  /// The system's words for the error that the last call left.
  private static func systemMessage() -> String {
    errno == ENOENT ? "no such file or folder" : unsafe String(cString: strerror(errno))
  }
}
