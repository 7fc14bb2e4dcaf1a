internal import FileAccess
internal import Foundation
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
