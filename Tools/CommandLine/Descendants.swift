internal import FileAccess
internal import Foundation

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
