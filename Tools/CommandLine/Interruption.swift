internal import FileAccess
internal import Foundation
internal import Files
internal import Synchronization

/// Signals: Ctrl-C as a request that long work looks at, keeping what is finished, and an end in order, without
/// temporary files and orphans, for everything else.
enum Interruption {
  private static let isWatched = Atomic(false)
  private static let requested = Atomic(false)
  private static let isEnding = Atomic(false)

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
    for number in [SIGINT, SIGTERM] { _ = unsafe sigaddset(&set, number) }
    // nohup wants it ignored. Shells ignore SIGINT for what they start in the background, but whoever sends it means it.
    if !isIgnored(SIGHUP) { _ = unsafe sigaddset(&set, SIGHUP) }
    _ = signal(SIGINT, SIG_DFL)
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

  /// Whether whoever started the program wants a signal ignored.
  private static func isIgnored(_ number: Int32) -> Bool {
    let action = signal(number, SIG_DFL)
    // SIG_IGN is no function that could be compared, but the address 1.
    guard unsafe unsafeBitCast(action, to: Int.self) == 1 else { return false }
    _ = signal(number, SIG_IGN)
    return true
  }

  /// Ends the program as the signal would have, but leaves nothing behind.
  private static func end(by number: Int32) -> Never {
    isEnding.store(true, ordering: .relaxed)
    TemporaryFiles.endProgram({ Descendants.end(of: getpid()) }, { die(by: number) })
  }

  /// Comes back unless the program is ending: then what the others make of it, such as a message that a compiler
  /// has failed, is of no use.
  static func waitIfEnding() {
    while isEnding.load(ordering: .relaxed) { sleep(1) }
  }

  private static func die(by number: Int32) -> Never {
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
  /// Kills them all, as /proc lists them, and waits until they are dead: they would go on writing into folders that
  /// are about to go.
  static func end(of root: pid_t) {
    // What is stopped starts nothing more, and stays the parent by which its children are found.
    var stopped: Set<pid_t> = []
    while case let found = all(of: root), !stopped.isSuperset(of: found) {
      for process in found where stopped.insert(process).inserted { kill(process, SIGSTOP) }
    }
    for process in stopped { kill(process, SIGKILL) }
    // Longer only where the system does not answer.
    for _ in 0..<500 where stopped.contains(where: isAlive) { usleep(10_000) }
  }

  /// State and parent of a process, nil where there is none.
  private static func status(of process: pid_t) -> (state: Substring, parent: pid_t)? {
    // `pid (name) state parent …`, where the name may hold anything.
    guard let bytes = try? AtomicFile.read("/proc/\(process)/stat", limit: 4096),
      let end = bytes.lastIndex(of: UInt8(ascii: ")"))
    else { return nil }
    let fields = String(decoding: bytes[(end + 1)...], as: UTF8.self).split(separator: " ")
    guard fields.count > 1, let parent = pid_t(fields[1]) else { return nil }
    return (fields[0], parent)
  }

  private static func isAlive(_ process: pid_t) -> Bool {
    status(of: process).map { !["Z", "X"].contains($0.state) } ?? false
  }

  private static func all(of root: pid_t) -> [pid_t] {
    var children: [pid_t: [pid_t]] = [:]
    for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
      guard let process = pid_t(name), let status = status(of: process) else { continue }
      children[status.parent, default: []].append(process)
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
