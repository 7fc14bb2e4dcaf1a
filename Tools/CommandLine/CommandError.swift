/// What ends a command early: one line for the user and an exit status.
struct CommandError: Error, CustomStringConvertible {
  /// One line: file or option, place, value, bound.
  var description: String
  /// 1 for a check that failed, 2 for bad usage or bad input, 130 after Ctrl-C.
  var exitStatus: Int32

  /// Bad usage or bad input.
  static func usage(_ message: String) -> CommandError { CommandError(description: message, exitStatus: 2) }

  /// A check that failed: a bound that does not hold, a device that disagrees.
  static func failedCheck(_ message: String) -> CommandError {
    CommandError(description: message, exitStatus: 1)
  }
}
