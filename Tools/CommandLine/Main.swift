internal import CSupNorm
internal import Foundation

/// The `supnorm` program.
@main struct Main {
  static var commands: [any Command.Type] {
    [
      DemoCommand.self, TrainCommand.self, ExportCommand.self, VerifyCommand.self, EvaluateCommand.self,
      TightnessCommand.self, NormCommand.self, BoundsCommand.self, AttackCommand.self, PredictCommand.self,
      RunCommand.self, ReportCommand.self, BenchCommand.self, ReproduceCommand.self,
    ]
  }

  static func main() {
    Console.start()
    Interruption.start()
    let words = Array(CommandLine.arguments.dropFirst())
    let program = commands.contains { $0.name == words.first } ? "supnorm \(words[0])" : "supnorm"
    exit(Console.status(status(of: words), of: program))
  }

  /// Runs one command line and returns its exit status.
  static func status(of words: [String]) -> Int32 {
    guard let name = words.first else {
      Console.message(helpText)
      return 2
    }
    if ["--help", "-h", "help"].contains(name) {
      Console.print(helpText)
      return 0
    }
    if name == "--version" {
      Console.print("supnorm \(SUPNORM_VERSION)")
      return 0
    }
    guard let command = commands.first(where: { $0.name == name }) else {
      Console.message("supnorm: unknown command '\(name)', see supnorm --help")
      return 2
    }
    let rest = Array(words.dropFirst())
    if rest.contains("--help") || rest.contains("-h") {
      Console.print(command.helpText)
      return 0
    }
    do {
      let arguments = try Arguments(
        rest, options: command.allOptions, positionalCount: command.positionalCount)
      try arguments.checkFiles(of: command.allOptions)
      try command.run(arguments)
      return 0
    } catch let error as CommandError {
      Console.message("supnorm \(name): \(error)")
      return error.exitStatus
    } catch {
      // The modules' own errors are all about what they were given; Foundation's print as pages.
      let text = (error as? CocoaError)?.localizedDescription ?? "\(error)"
      Console.message("supnorm \(name): \(text)")
      return 2
    }
  }

  private static var helpText: String {
    let width = commands.map { $0.name.count }.max() ?? 0
    let lines = commands.map { command in
      "  \(command.name)\(String(repeating: " ", count: width - command.name.count + 2))\(command.summary)"
    }
    return """
      supnorm: certified neural networks for microcontrollers

      usage: supnorm COMMAND [ARGUMENTS] (supnorm COMMAND --help says more; supnorm --version)

      \(lines.joined(separator: "\n"))

      Exit status: 0 done, 1 a check failed, 2 bad usage or bad input, 130 interrupted.
      """
  }
}
