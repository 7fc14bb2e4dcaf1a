internal import Certification

/// One option of a command; every option but a flag takes a value.
struct Option {
  /// What the value means to the file system.
  enum Role {
    /// Nothing.
    case value
    /// Files that are read, separated by commas, or a folder of them.
    case input
    /// A file that is written: checked before the command starts.
    case output
  }

  var name: String
  /// What the value looks like in the help text; nil for a flag.
  var placeholder: String?
  var help: String
  var role: Role

  init(_ name: String, _ placeholder: String?, _ help: String, role: Role = .value) {
    self.name = name
    self.placeholder = placeholder
    self.help = help
    self.role = role
  }

  static let json = Option("--json", nil, "print one JSON object to standard output and nothing else")
  static let data = Option(
    "--data", "SRC",
    "\(ShippedData.allCases.map(\.rawValue).joined(separator: " or ")) (shipped), a folder of IDX files, a table (.csv, .tsv or .txt), plain or .gz, or a .npz file",
    role: .input)
  static let label = Option(
    "--label", "NAME", "the label column of a table, by its number where there is no header (default: label)")
}

/// What a command was given, by the options it declares.
struct Arguments {
  private(set) var positionals: [String] = []
  private var values: [String: String] = [:]

  /// Parses the words after the command's name.
  ///
  /// - Throws: an option the command does not have, twice the same one, a missing value, too many positionals.
  init(_ words: [String], options: [Option], positionalCount: ClosedRange<Int>) throws(CommandError) {
    var index = 0
    while index < words.count {
      let word = words[index]
      index += 1
      guard word.hasPrefix("--") else {
        positionals.append(word)
        continue
      }
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      guard let option = options.first(where: { $0.name == parts[0] }) else {
        throw .usage("unknown option '\(parts[0])'")
      }
      guard values[option.name] == nil else { throw .usage("option '\(option.name)' is given twice") }
      if option.placeholder == nil {
        guard parts.count == 1 else { throw .usage("option '\(option.name)' takes no value") }
        values[option.name] = ""
      } else if parts.count == 2 {
        values[option.name] = parts[1]
      } else {
        guard index < words.count, !words[index].hasPrefix("--") else {
          throw .usage("option '\(option.name)' needs a value")
        }
        values[option.name] = words[index]
        index += 1
      }
    }
    guard positionals.count <= positionalCount.upperBound else {
      throw .usage("unexpected argument '\(positionals[positionalCount.upperBound])'")
    }
    guard positionals.count >= positionalCount.lowerBound else {
      throw .usage("\(positionalCount.lowerBound - positionals.count) argument(s) missing, see --help")
    }
  }

  func has(_ name: String) -> Bool { values[name] != nil }

  func string(_ name: String) -> String? { values[name] }

  /// Names between commas.
  func list(_ name: String) -> [String]? {
    values[name]?.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }

  func required(_ name: String) throws(CommandError) -> String {
    guard let value = values[name] else { throw .usage("option '\(name)' is required") }
    return value
  }

  func integer(_ name: String, _ range: ClosedRange<Int>) throws(CommandError) -> Int? {
    guard let text = values[name] else { return nil }
    guard let value = Int(text), range.contains(value) else {
      throw .usage("\(name) '\(text)': not a whole number in \(range.lowerBound)…\(range.upperBound)")
    }
    return value
  }

  /// A number of bytes, `16384` or `16KB`.
  func bytes(_ name: String) throws(CommandError) -> Int? {
    guard let text = values[name] else { return nil }
    let isKilobytes = text.uppercased().hasSuffix("KB")
    guard let number = Int(isKilobytes ? text.dropLast(2) : text[...]), (1...0xFF_FFFF).contains(number)
    else {
      throw .usage("\(name) '\(text)': not a number of bytes such as 16384 or 16KB")
    }
    return isKilobytes ? 1024 * number : number
  }

  func real(_ name: String, _ range: ClosedRange<Double>) throws(CommandError) -> Double? {
    guard let text = values[name] else { return nil }
    return try Self.real(text, name, range)
  }

  func choice(_ name: String, _ choices: [String]) throws(CommandError) -> String? {
    guard let text = values[name] else { return nil }
    guard choices.contains(text) else {
      throw .usage("\(name) '\(text)': not one of \(choices.joined(separator: ", "))")
    }
    return text
  }

  func integers(_ name: String, _ range: ClosedRange<Int>) throws(CommandError) -> [Int]? {
    guard let text = values[name] else { return nil }
    var result: [Int] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let value = Int(part), range.contains(value) else {
        throw .usage(
          "\(name) '\(text)': '\(part)' is not a whole number in \(range.lowerBound)…\(range.upperBound)")
      }
      result.append(value)
    }
    return result
  }

  func reals(_ name: String, _ range: ClosedRange<Double>) throws(CommandError) -> [Double]? {
    guard let text = values[name] else { return nil }
    var result: [Double] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      result.append(try Self.real(String(part), name, range))
    }
    return result
  }

  /// Perturbation sizes as exact fractions.
  ///
  /// - Parameter isLength: whether they measure all inputs together, not each.
  func epsilons(_ name: String, isLength: Bool = false) throws(CommandError) -> [Epsilon]? {
    guard let text = values[name] else { return nil }
    var result: [Epsilon] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let epsilon = Epsilon(part) else {
        throw .usage("\(name) '\(text)': '\(part)' is not a number like 0.1 or 1/16")
      }
      guard isLength || epsilon.numerator <= 2 * epsilon.denominator else {
        throw .usage("\(name) '\(part)': larger than the widest input range, 2 units")
      }
      result.append(epsilon)
    }
    return result
  }

  private static func real(
    _ text: String, _ name: String, _ range: ClosedRange<Double>
  ) throws(CommandError) -> Double {
    let value = Epsilon(text)?.value ?? Double(text)
    guard let value, range.contains(value) else {
      throw .usage("\(name) '\(text)': not a number in \(range.lowerBound)…\(range.upperBound)")
    }
    return value
  }
}
