import Foundation

/// Whole files: read up to a limit, and written so that a reader sees the old file or the new one.
public enum AtomicFile {
  /// Reads a whole file of at most `limit` bytes, or what comes through a pipe that the program was given as
  /// `/dev/stdin` or `/dev/fd/N`.
  ///
  /// - Throws: also for a folder, a named FIFO (which would hold the program up until somebody writes to it), a
  ///   socket, a device other than /dev/null, a link that leads nowhere.
  public static func read(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
    let descriptor = try openForReading(path)
    defer { _ = close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw FileError(path, systemMessage()) }
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

  /// Opens a file, or a pipe that the program was given, for reading; refuses what `read(_:limit:)` refuses.
  package static func openForReading(_ path: String) throws(FileError) -> Int32 {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { throw FileError(path, missingMessage(path)) }
    try requireFile(status, path)
    // What takes the file's place in this moment must not hold the program up either.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError(path, systemMessage()) }
    do throws(FileError) {
      guard unsafe fstat(descriptor, &status) == 0, fcntl(descriptor, F_SETFL, 0) == 0 else {
        throw FileError(path, systemMessage())
      }
      try requireFile(status, path)
    } catch {
      _ = close(descriptor)
      throw error
    }
    return descriptor
  }

  /// Writes a text file in UTF-8; see `write(_:to:)` for bytes.
  public static func write(_ text: String, to path: String) throws(FileError) {
    try write(Array(text.utf8), to: path)
  }

  /// Writes a file through a temporary one in the same folder, which takes its place only when it is complete.
  ///
  /// On any error the old file, if there was one, is untouched and the temporary one is gone. /dev/null and the
  /// program's own descriptors (/dev/stdout, /dev/fd/N) are written directly.
  public static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    let destination = try destination(path)
    guard case .file(let target, let mode) = destination else {
      guard case .stream(let descriptor) = destination else {
        return try finish(unsafe open(path, O_WRONLY | O_CLOEXEC), bytes, sync: false, path)
      }
      // Not opened anew, which would start over in a file that standard output was sent to.
      return try finish(dup(descriptor), bytes, sync: false, path)
    }
    let temporary = temporaryPath(beside: target)
    let descriptor = TemporaryFiles.create(temporary) {
      unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    }
    do throws(FileError) {
      try finish(descriptor, bytes, sync: true, path)
      guard unsafe rename(temporary, target) == 0 else { throw FileError(path, systemMessage()) }
      TemporaryFiles.forget(temporary)
    } catch {
      TemporaryFiles.remove(temporary)
      throw error
    }
  }

  /// Fails where `write(_:to:)` would fail, for all that can be known: before hours of work rather than after them.
  ///
  /// A temporary file is made in the folder and removed at once.
  public static func requireWritable(_ path: String) throws(FileError) {
    guard case .file(let target, _) = try destination(path) else { return }
    let temporary = temporaryPath(beside: target)
    let descriptor = TemporaryFiles.create(temporary) {
      unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    }
    let problem = descriptor < 0 ? systemMessage() : nil
    if descriptor >= 0 { _ = close(descriptor) }
    TemporaryFiles.remove(temporary)
    if let problem { throw FileError(path, "cannot be written: \(problem)") }
  }

  /// Whether two paths lead to one plain file, or would if it were there, by whatever links and spellings.
  public static func isSameFile(_ first: String, _ second: String) -> Bool {
    guard let one = identity(first), let other = identity(second) else {
      guard identity(first) == nil, identity(second) == nil, name(first) == name(second),
        let one = identity(folder(first), of: S_IFDIR), let other = identity(folder(second), of: S_IFDIR)
      else { return false }
      return one == other
    }
    return one == other
  }

  // MARK: - Kinds of files

  /// Where bytes go.
  private enum Destination {
    /// A plain file, all links followed, and the permissions it has or gets.
    case file(String, mode_t)
    /// A descriptor of the program.
    case stream(Int32)
    /// /dev/null, or /dev/full for those who test.
    case device
  }

  private static func destination(_ path: String) throws(FileError) -> Destination {
    if let descriptor = programDescriptor(path) { return .stream(descriptor) }
    guard !path.isEmpty else { throw FileError("''", "no name of a file") }
    var status = stat()
    if unsafe stat(path, &status) == 0 {
      // A link stays a link.
      let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
      if ["/dev/null", "/dev/full"].contains(target) { return .device }
      try requireFile(status, path)
      // A rename asks only the folder; whoever made the file read-only meant the file, for the superuser too.
      guard unsafe access(path, W_OK) == 0 else { throw FileError(path, systemMessage()) }
      guard status.st_mode & 0o222 != 0 else { throw FileError(path, "the file is read-only") }
      try requireWritableFolder(folder(target), path)
      // A private file stays private.
      return .file(target, status.st_mode & 0o777)
    }
    guard errno == ENOENT else { throw FileError(path, systemMessage()) }
    if unsafe lstat(path, &status) == 0 { throw FileError(path, missingMessage(path)) }
    try requireWritableFolder(folder(path), path)
    return .file(path, 0o666)
  }

  private static func requireWritableFolder(_ folder: String, _ path: String) throws(FileError) {
    var status = stat()
    guard unsafe stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw FileError(path, "no such folder")
    }
    guard unsafe access(folder, W_OK | X_OK) == 0, status.st_mode & 0o222 != 0 else {
      throw FileError(path, "the folder is read-only")
    }
  }

  /// Refuses what is no plain file; of pipes only those pass that the program was given.
  private static func requireFile(_ status: stat, _ path: String) throws(FileError) {
    switch status.st_mode & S_IFMT {
    case S_IFREG: return
    case S_IFIFO where programDescriptor(path) != nil: return
    case S_IFDIR: throw FileError(path, "a folder, not a file")
    case S_IFIFO: throw FileError(path, "a FIFO, not a file")
    case S_IFSOCK: throw FileError(path, "a socket, not a file")
    default:
      guard URL(fileURLWithPath: path).resolvingSymlinksInPath().path == "/dev/null" else {
        throw FileError(path, "a device, not a file")
      }
    }
  }

  /// The descriptor of the program that a path names.
  private static func programDescriptor(_ path: String) -> Int32? {
    let standard = ["/dev/stdin", "/dev/stdout", "/dev/stderr"].firstIndex(of: path)
    if let standard { return Int32(standard) }
    for prefix in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(prefix) {
      return Int32(path.dropFirst(prefix.count))
    }
    return nil
  }

  private struct Identity: Equatable {
    var device: dev_t
    var node: ino_t
  }

  private static func identity(_ path: String, of kind: mode_t = S_IFREG) -> Identity? {
    var status = stat()
    guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == kind else { return nil }
    return Identity(device: status.st_dev, node: status.st_ino)
  }

  private static func name(_ path: String) -> Substring {
    path[(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)...]
  }

  private static func folder(_ path: String) -> String {
    path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
  }

  private static func temporaryPath(beside target: String) -> String {
    "\(target.lastIndex(of: "/").map { target[...$0] } ?? "").supnorm-\(UUID().uuidString)"
  }

  // MARK: - Writing

  /// Writes all bytes and closes; every step can be the one that finds the disk full.
  private static func finish(
    _ descriptor: Int32, _ bytes: [UInt8], sync: Bool, _ path: String
  ) throws(FileError) {
    guard descriptor >= 0 else { throw FileError(path, "cannot be written: \(systemMessage())") }
    var problem = writeAll(bytes[...], to: descriptor) ? nil : systemMessage()
    if problem == nil && sync && fsync(descriptor) != 0 { problem = systemMessage() }
    if close(descriptor) != 0 && problem == nil { problem = systemMessage() }
    if let problem { throw FileError(path, "cannot be written: \(problem)") }
  }

  /// Writes all bytes to a descriptor, however often the system takes only some.
  ///
  /// - Returns: false on an error, which `errno` then says.
  package static func writeAll(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Bool {
    var rest = bytes
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Foundation.write(descriptor, $0.baseAddress, $0.count)
      }
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        // Somebody made the pipe non-blocking.
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = unsafe poll(&request, 1, -1)
      } else if errno != EINTR {
        return false
      }
    }
    return true
  }

  /// The system's words for the error that the last call left.
  package static func systemMessage() -> String {
    errno == ENOENT ? "no such file or folder" : unsafe String(cString: strerror(errno))
  }

  /// The words for a path that leads to nothing.
  private static func missingMessage(_ path: String) -> String {
    let message = systemMessage()
    var status = stat()
    guard errno == ENOENT, unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else {
      return message
    }
    return "a link to a file that is not there"
  }
}
