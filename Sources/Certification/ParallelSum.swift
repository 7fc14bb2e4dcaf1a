internal import Dispatch
internal import Synchronization

/// Computes the parts of a result on all cores and adds them up.
///
/// - Parameters:
///   - count: how many things there are; each part is about `chunk` neighbors of them.
///   - zero: the result of nothing.
///   - progress: called with the number of finished things, from any thread.
///   - add: in any order, so it must not matter.
///   - part: the result of some of them, called from any thread; nil where it was stopped.
/// - Returns: the sum of the finished parts, and how many things are in it.
/// - Throws: the first error of a part.
func parallelSum<Sum: Sendable>(
  of count: Int, chunk: Int, from zero: Sum, progress: @Sendable (Int) -> Void,
  adding add: @Sendable (Sum, Sum) -> Sum, _ part: @Sendable (Range<Int>) throws -> Sum?
) throws -> (sum: Sum, finished: Int) {
  let total = Mutex<Result<Sum, any Error>>(.success(zero))
  let finished = Atomic(0)
  DispatchQueue.concurrentPerform(iterations: (count + chunk - 1) / chunk) { index in
    let range = index * chunk..<min((index + 1) * chunk, count)
    do {
      guard let part = try part(range) else { return }
      total.withLock { total in total = total.map { add($0, part) } }
      progress(finished.add(range.count, ordering: .relaxed).newValue)
    } catch {
      total.withLock { total in total = total.flatMap { _ in .failure(error) } }
    }
  }
  return (try total.withLock { $0 }.get(), finished.load(ordering: .relaxed))
}
