internal import Foundation
internal import Synchronization

/// Ctrl-C as a request: long work looks at it, keeps what is finished, and ends in order.
enum Interruption {
  private static let requested = Atomic(false)

  /// Whether Ctrl-C was pressed since `watch()`.
  static var wasRequested: Bool { requested.load(ordering: .relaxed) }

  /// From now on the first Ctrl-C is a request; a second one ends the program at once.
  static func watch() {
    // A parent may have started this program with the signal blocked.
    var set = sigset_t()
    _ = unsafe sigemptyset(&set)
    _ = unsafe sigaddset(&set, SIGINT)
    _ = unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
    _ = signal(SIGINT) { _ in
      // Only what is safe in a signal handler: an atomic store, and the default action for the next one.
      Interruption.requested.store(true, ordering: .relaxed)
      _ = signal(SIGINT, SIG_DFL)
    }
  }
}
