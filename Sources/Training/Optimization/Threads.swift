private import Dispatch
private import Synchronization

/// The threads that share the work of a training step.
package struct Threads: Sendable {
  /// How many there are, at least 1.
  package let count: Int

  /// Creates a set of threads.
  package init(count: Int) {
    precondition(count > 0)
    self.count = count
  }

  /// Does tasks 0 ..< `tasks`, each on the next thread that is free; low numbers begin first.
  ///
  /// - Parameter body: called with the number of the task and of its thread. Whatever tasks share, they may only
  ///   read; what belongs to a thread is its own.
  func forEach(_ tasks: Int, _ body: @Sendable (_ task: Int, _ thread: Int) -> Void) {
    guard count > 1, tasks > 1 else {
      for task in 0..<tasks { body(task, 0) }
      return
    }
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: min(count, tasks)) { thread in
      while true {
        let task = next.add(1, ordering: .relaxed).oldValue
        guard task < tasks else { return }
        body(task, thread)
      }
    }
  }
}
