internal import FileAccess
internal import Foundation
internal import Synchronization

/// Standard output for results, standard error for everything else.
enum Console {
  /// Why standard output did not take all results.
  private enum Problem {
    /// It was closed from the start.
    case closed
    /// Its reader has gone, as `head` does.
    case unread
    case other(String)
  }

  private static let problem = Mutex(Problem?.none)

  /// Whether messages go to a person rather than to a file or pipe.
  static let isInteractive = isatty(STDERR_FILENO) == 1

  /// Takes the places of standard descriptors that are closed, so that no file is opened in their place and takes what
  /// is printed.
  static func start() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
      // The lowest free number is the one that is missing.
      _ = unsafe open("/dev/null", descriptor == STDIN_FILENO ? O_RDONLY : O_WRONLY)
      if descriptor == STDOUT_FILENO { problem.withLock { $0 = .closed } }
    }
  }

  /// The exit status of a command that ended with `status`: 2, with a line that says why, where standard output did not
  /// take all that was printed.
  ///
  /// A reader that has gone has seen enough and is told nothing.
  static func status(_ status: Int32, of program: String) -> Int32 {
    Interruption.waitIfEnding()
    switch problem.withLock({ $0 }) {
    case nil: return status
    case .unread: break
    case .closed where !hasPrinted.load(ordering: .relaxed): return status
    case .closed: message("\(program): standard output: cannot be written: it is closed")
    case .other(let text): message("\(program): standard output: cannot be written: \(text)")
    }
    return 2
  }

  private static let hasPrinted = Atomic(false)

  /// Prints a result line; what cannot be printed is remembered for `status(_:of:)`.
  static func print(_ text: String) {
    Interruption.waitIfEnding()
    hasPrinted.store(true, ordering: .relaxed)
    guard problem.withLock({ $0 == nil }) else { return }
    guard !AtomicFile.writeAll(Array((text + "\n").utf8)[...], to: STDOUT_FILENO) else { return }
    let found: Problem = errno == EPIPE ? .unread : .other(AtomicFile.systemMessage())
    problem.withLock { $0 = found }
  }

  /// Prints a message line to standard error.
  static func message(_ text: String) { message(text, end: "\n") }

  /// Prints to standard error; nobody can be told where that fails.
  static func message(_ text: String, end: String) {
    Interruption.waitIfEnding()
    _ = AtomicFile.writeAll(Array((text + end).utf8)[...], to: STDERR_FILENO)
  }

  /// Prints a result: with `--json` as one object, otherwise as text.
  static func print(
    _ result: some Encodable, _ arguments: Arguments, text: @autoclosure () -> String
  ) throws {
    if arguments.has("--json") { try printJSON(result) } else { print(text()) }
  }

  /// Prints one JSON object with sorted keys, so that equal results are equal bytes.
  static func printJSON(_ value: some Encodable) throws {
    print(try json(value))
  }

  static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    // The target's unit may be so large that a bound is beyond all numbers.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
