/// One command of `supnorm`: what it takes, what its help says, and what it does.
protocol Command {
  static var name: String { get }
  /// One line for the list of commands.
  static var summary: String { get }
  /// What follows `supnorm NAME` in the usage line.
  static var usage: String { get }
  /// More for the help text, may be empty.
  static var discussion: String { get }
  static var options: [Option] { get }
  static var positionalCount: ClosedRange<Int> { get }

  /// Does the work. Results go to standard output, progress and messages to standard error.
  static func run(_ arguments: Arguments) throws
}

extension Command {
  static var discussion: String { "" }

  /// The options it declares, and where data is read those of every data file.
  static var allOptions: [Option] {
    options + (options.contains { $0.name == "--data" } ? Option.dataFile : [])
  }

  static var helpText: String {
    let width = allOptions.map { $0.name.count + ($0.placeholder.map { $0.count + 1 } ?? 0) }.max() ?? 0
    let lines = (allOptions + [Option("--help", nil, "print this text")]).map { option in
      let head = option.name + (option.placeholder.map { " \($0)" } ?? "")
      return "  " + head + String(repeating: " ", count: width - head.count + 2) + option.help
    }
    let more = discussion.isEmpty ? "" : "\n\(discussion)\n"
    return
      "supnorm \(name): \(summary)\n\nusage: supnorm \(name) \(usage)\n\(more)\n\(lines.joined(separator: "\n"))"
  }
}
