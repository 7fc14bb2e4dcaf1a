internal import Foundation
internal import Interchange
internal import Synchronization

/// Signals: Ctrl-C as a request that long work looks at, keeping what is finished, and an end in order, without
/// temporary files and orphans, for everything else.
enum Interruption {
  private static let isWatched = Atomic(false)
  private static let requested = Atomic(false)

  /// Whether Ctrl-C was pressed since `watch()`.
  static var wasRequested: Bool { requested.load(ordering: .relaxed) }

  /// From now on the first Ctrl-C is a request; a second one ends the program at once.
  static func watch() { isWatched.store(true, ordering: .relaxed) }

  /// Takes over the signals that end a program, before any other thread starts.
  ///
  /// They are blocked in all threads but one, which waits for them and so may do what no signal handler may.
  /// - Postcondition: writing to a closed pipe, or beyond the limit on the size of files, is an error of the call.
  static func start() {
    _ = signal(SIGPIPE, SIG_IGN)
    _ = signal(SIGXFSZ, SIG_IGN)
    var set = sigset_t()
    _ = unsafe sigemptyset(&set)
    for number in [SIGINT, SIGTERM, SIGHUP] where !isIgnored(number) { _ = unsafe sigaddset(&set, number) }
    _ = unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    let signals = set
    Thread.detachNewThread {
      var set = signals
      var number: Int32 = 0
      while unsafe sigwait(&set, &number) == 0 {
        let isRequest = number == SIGINT && isWatched.load(ordering: .relaxed) && !wasRequested
        if !isRequest { end(by: number) }
        requested.store(true, ordering: .relaxed)
      }
    }
  }

  /// Whether whoever started the program, such as nohup, wants a signal ignored.
  private static func isIgnored(_ number: Int32) -> Bool {
    let action = signal(number, SIG_DFL)
    // SIG_IGN is no function that could be compared, but the address 1.
    guard unsafe unsafeBitCast(action, to: Int.self) == 1 else { return false }
    _ = signal(number, SIG_IGN)
    return true
  }

  /// Ends the program as the signal would have, but leaves nothing behind.
  private static func end(by number: Int32) {
    Descendants.end(of: getpid())
    TemporaryFiles.removeAll()
    var set = sigset_t()
    _ = unsafe sigemptyset(&set)
    _ = unsafe sigaddset(&set, number)
    _ = signal(number, SIG_DFL)
    _ = unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
    raise(number)
    _exit(128 + number)
  }
}

/// The processes that a process started, those that they started, and so on.
enum Descendants {
  /// Kills them all, as /proc lists them; they would go on writing into folders that are about to go.
  static func end(of root: pid_t) {
    // Twice, for what was just being started.
    for _ in 0..<2 {
      for process in all(of: root) { kill(process, SIGKILL) }
    }
  }

  private static func all(of root: pid_t) -> [pid_t] {
    var children: [pid_t: [pid_t]] = [:]
    for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
      // `pid (name) state parent …`, where the name may hold anything.
      guard let process = pid_t(name), let bytes = try? AtomicFile.read("/proc/\(name)/stat", limit: 4096),
        let end = bytes.lastIndex(of: UInt8(ascii: ")"))
      else { continue }
      let fields = String(decoding: bytes[(end + 1)...], as: UTF8.self).split(separator: " ")
      guard fields.count > 1, let parent = pid_t(fields[1]) else { continue }
      children[parent, default: []].append(process)
    }
    var found: [pid_t] = []
    var next = [root]
    while let process = next.popLast() {
      let more = children.removeValue(forKey: process) ?? []
      found += more
      next += more
    }
    return found
  }
}
