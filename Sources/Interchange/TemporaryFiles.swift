import Foundation
import Synchronization

/// Files and folders that must be gone when the program ends, however it ends: whoever handles signals calls
/// `removeAll()`.
package enum TemporaryFiles {
  private struct State {
    var paths: Set<String> = []
    var isOver = false
  }

  private static let state = Mutex(State())

  /// Makes a file or folder that is known from the first moment on.
  ///
  /// - Parameter make: a system call, negative where it fails.
  /// - Returns: what `make` returned.
  package static func create(_ path: String, _ make: () -> Int32) -> Int32 {
    state.withLock { state in
      // The program is about to end, and nothing new may appear.
      while state.isOver { sleep(1) }
      let result = make()
      if result >= 0 { state.paths.insert(path) }
      return result
    }
  }

  /// Leaves a file where it is, for it is temporary no longer.
  package static func forget(_ path: String) { state.withLock { _ = $0.paths.remove(path) } }

  /// Removes a file or folder, if it is one of these.
  package static func remove(_ path: String) {
    guard state.withLock({ $0.paths.remove(path) }) != nil else { return }
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Removes all there are, and makes whoever wants another one wait for the end of the program.
  package static func removeAll() {
    state.withLock { state in
      for path in state.paths { try? FileManager.default.removeItem(atPath: path) }
      state.paths = []
      state.isOver = true
    }
  }
}
