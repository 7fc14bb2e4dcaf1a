internal import Foundation
internal import Synchronization

/// A progress bar on standard error; plain lines when that is not a terminal.
///
/// Any thread may update it.
final class ProgressBar: Sendable {
  private struct State {
    var lastDraw = Date.distantPast
    var lastTenth = -1
    var fraction = 0.0
  }

  private let title: String
  private let start = Date()
  private let state = Mutex(State())

  init(_ title: String) { self.title = title }

  /// Shows how much is done and what there is to say of it; never goes back.
  func update(_ fraction: Double, _ detail: String = "") {
    let now = Date()
    let elapsed = now.timeIntervalSince(start)
    let left = fraction > 0.01 ? elapsed / fraction * (1 - fraction) : nil
    let time = left.map { ", \(Self.duration($0)) left" } ?? ""
    state.withLock { state in
      guard fraction >= state.fraction else { return }
      state.fraction = fraction
      if Console.isInteractive {
        guard now.timeIntervalSince(state.lastDraw) > 0.1 || fraction >= 1 else { return }
        state.lastDraw = now
        let filled = Int(fraction * 24)
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 24 - filled)
        Console.message("\r\u{1B}[K\(title) \(bar) \(detail)\(time)", end: "")
      } else {
        // Quick work needs no lines in a log but its last.
        let tenth = Int(fraction * 10)
        guard elapsed > 1, tenth > state.lastTenth else { return }
        state.lastTenth = tenth
        Console.message("\(title) \(Int(fraction * 100)) % \(detail)\(time)")
      }
    }
  }

  /// Ends the line of the bar.
  func finish(_ detail: String = "") {
    let elapsed = Self.duration(Date().timeIntervalSince(start))
    let text = "\(title): \(detail)\(detail.isEmpty ? "" : ", ")\(elapsed)"
    Console.message(Console.isInteractive ? "\r\u{1B}[K\(text)" : text)
  }

  /// Seconds as a person reads them.
  static func duration(_ seconds: Double) -> String {
    seconds < 100 ? "\(formatted(seconds, digits: 1)) s" : "\(Int(seconds / 60)) min \(Int(seconds) % 60) s"
  }
}
