internal import FileAccess
internal import Foundation

extension Arguments {
  /// Checks every file that a command is to write: it can be written, and is neither one that is read nor another one
  /// that is written.
  ///
  /// All of it before the command starts, so that hours of work are not lost at their end.
  func checkFiles(of options: [Option]) throws {
    let outputs = options.filter { $0.role == .output && has($0.name) }
    let inputs =
      positionals.map { (title: "'\($0)'", paths: [$0]) }
      + options.filter { $0.role == .input && has($0.name) }.map { option in
        (title: "\(option.name) '\(string(option.name) ?? "")'", paths: inputFiles(option))
      }
    for (index, option) in outputs.enumerated() {
      guard let path = string(option.name) else { continue }
      for input in inputs where input.paths.contains(where: { AtomicFile.isSameFile($0, path) }) {
        throw CommandError.usage(
          "\(option.name) '\(path)': the file of \(input.title), which it would replace")
      }
      for other in outputs[..<index] where AtomicFile.isSameFile(string(other.name) ?? "", path) {
        throw CommandError.usage("\(option.name) '\(path)': the file of \(other.name), too")
      }
      try AtomicFile.requireWritable(path)
    }
  }

  /// The files that an option names; of a folder, those in it.
  private func inputFiles(_ option: Option) -> [String] {
    let value = string(option.name) ?? ""
    return ([value] + value.split(separator: ",").map(String.init)).flatMap { path in
      let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
      return [path] + names.map { "\(path)/\($0)" }
    }
  }
}
