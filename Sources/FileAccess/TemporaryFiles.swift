import Foundation
import Synchronization

/// Files and folders that must be gone when the program ends, however it ends: whoever handles signals calls
/// `endProgram(_:_:)`.
package enum TemporaryFiles {
  private static let state = Mutex(Set<String>())

  /// Makes a file or folder that is known from the first moment on.
  ///
  /// - Parameter make: a system call, negative where it fails.
  /// - Returns: what `make` returned.
  package static func create(_ path: String, _ make: () -> Int32) -> Int32 {
    state.withLock { state in
      let result = make()
      if result >= 0 { state.insert(path) }
      return result
    }
  }

  /// Leaves a file where it is, for it is temporary no longer.
  package static func forget(_ path: String) { state.withLock { _ = $0.remove(path) } }

  /// Removes a file or folder, if it is one of these.
  package static func remove(_ path: String) {
    state.withLock { state in
      guard state.contains(path) else { return }
      try? FileManager.default.removeItem(atPath: path)
      state.remove(path)
    }
  }

  /// Ends the program: calls `prepare`, removes all there are, calls `end`; whoever wants to make or remove one
  /// meanwhile waits.
  ///
  /// A folder into which something still writes cannot be removed in one go, so what is left is tried again, for some
  /// seconds at most.
  package static func endProgram(_ prepare: () -> Void, _ end: () -> Never) -> Never {
    state.withLock { state in
      for attempt in 0..<200 {
        if attempt > 0 { usleep(20_000) }
        prepare()
        for path in state { try? FileManager.default.removeItem(atPath: path) }
        if !state.contains(where: FileManager.default.fileExists) { break }
      }
      end()
    }
  }
}
