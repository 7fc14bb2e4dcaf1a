internal import FileAccess
internal import Foundation
internal import Files
internal import Training

/// How a network of another program saw its inputs: `--range`, `--mean`, `--std`, as numbers, from the columns of the
/// data, or from a table.
///
/// Numbers of means and deviations are of the inputs 0…1, as torchvision has them; those of columns and tables are of
/// the raw values, as scikit-learn's scalers have them.
struct InputSight {
  private enum Source {
    case numbers([Double])
    case statistics(FeatureStatistics, text: String)
  }

  /// The features in the order of the inputs; empty where nothing names them.
  private(set) var names: [String]
  private var range, mean, deviation: Source?

  /// Whether nothing was stated.
  var isUnstated: Bool { range == nil && mean == nil && deviation == nil }

  /// Reads what the options name.
  ///
  /// - Parameters:
  ///   - names: the features of the data, in order; those of a table when there are none.
  ///   - training: the training part of the data; nil without data.
  init(_ arguments: Arguments, names: [String], training: () throws -> Dataset?) throws {
    self.names = names
    var ofData: FeatureStatistics?
    for (option, path) in [("--range", \Self.range), ("--mean", \.mean), ("--std", \.deviation)] {
      guard let text = arguments.string(option) else { continue }
      if text == "data" {
        if ofData == nil { ofData = try training().map { FeatureStatistics($0) } }
        guard let ofData else { throw CommandError.usage("\(option) data goes with --data") }
        self[keyPath: path] = .statistics(ofData, text: "--data")
      } else if text.split(separator: ",").contains(where: { Double($0) == nil && !$0.contains("/") })
        || text.isEmpty
        || FileManager.default.fileExists(atPath: text)
      {
        guard FileManager.default.fileExists(atPath: text) else {
          throw CommandError.usage("\(option) '\(text)': neither numbers, nor data, nor a file")
        }
        let table = try FeatureStatistics(path: text).ordered(by: names, path: text)
        if self.names.isEmpty { self.names = table.names }
        self[keyPath: path] = .statistics(table, text: text)
      } else {
        self[keyPath: path] = .numbers(try Self.numbers(arguments, option))
      }
    }
  }

  private static func numbers(_ arguments: Arguments, _ option: String) throws(CommandError) -> [Double] {
    switch option {
    case "--range":
      let ends = try arguments.reals(option, -1e300...1e300) ?? []
      guard ends.count == 2, ends[0] < ends[1] else {
        throw .usage("--range '\(arguments.string("--range") ?? "")': not two rising numbers")
      }
      return ends
    case "--std": return try arguments.reals(option, 1e-30...1e30) ?? []
    default: return try arguments.reals(option, -1e30...1e30) ?? []
    }
  }

  /// Takes over the range, and means and deviations in its units.
  func set(_ conventions: inout ForeignConventions) throws {
    let ranges = try self.ranges()
    if let ranges { conventions.ranges = ranges }
    /// Numbers of raw values in those of 0…1.
    func mapped(_ values: [Double], _ map: (Double, ClosedRange<Double>) -> Double) throws -> [Double] {
      let ranges = conventions.ranges
      guard ranges.count == 1 || ranges.count == values.count else {
        throw CommandError.usage("\(ranges.count) ranges, \(values.count) means or deviations")
      }
      return values.indices.map { map(values[$0], ranges[ranges.count == 1 ? 0 : $0]) }
    }
    switch mean {
    case nil: break
    case .numbers(let numbers): conventions.means = numbers
    case .statistics(let table, let text):
      conventions.means = try mapped(try Self.list(.mean, table, text, option: "--mean")) {
        ($0 - $1.lowerBound) / ($1.upperBound - $1.lowerBound)
      }
    }
    switch deviation {
    case nil: break
    case .numbers(let numbers): conventions.deviations = numbers
    case .statistics(let table, let text):
      let values = try Self.list(.deviation, table, text, option: "--std")
      if let index = values.indices.first(where: {
        values[$0] < 0 || values[$0] == 0 && !table.isConstant($0)
      }) {
        throw CommandError.usage("\(text): std \(values[index]) of \(Self.name(index, table)), not positive")
      }
      conventions.deviations = try mapped(values.map { $0 == 0 ? 1 : $0 }) {
        $0 / ($1.upperBound - $1.lowerBound)
      }
    }
  }

  /// The ranges; nil where nothing names any.
  private func ranges() throws -> [ClosedRange<Double>]? {
    if case .numbers(let ends) = range { return [ends[0]...ends[1]] }
    var source = range
    if source == nil, case .statistics = mean { source = mean }
    if source == nil, case .statistics = deviation { source = deviation }
    guard case .statistics(let table, let text) = source else { return nil }
    if range == nil, table.values[.minimum] == nil || table.values[.maximum] == nil {
      throw CommandError.usage("--range is needed beside --mean and --std: \(text) has no min and max")
    }
    let lower = try Self.list(.minimum, table, text, option: "--range")
    let upper = try Self.list(.maximum, table, text, option: "--range")
    var constant: [String] = []
    let ranges = try zip(lower, upper).enumerated().map { index, ends in
      if ends.0 == ends.1 {
        constant.append(Self.name(index, table))
        return ends.0...max(ends.0 + 1, ends.0.nextUp)
      }
      guard ends.0 < ends.1 else {
        throw CommandError.usage(
          "\(text): min \(ends.0), max \(ends.1) of \(Self.name(index, table)), not rising")
      }
      return ends.0...ends.1
    }
    if !constant.isEmpty {
      let list = constant.prefix(12).joined(separator: ", ") + (constant.count > 12 ? ", …" : "")
      Console.message(
        "\(FileError(text, "constant columns are taken with a range and a deviation of 1, as scikit-learn does: \(list)"))"
      )
    }
    return ranges
  }

  private static func list(
    _ quantity: FeatureStatistics.Quantity, _ table: FeatureStatistics, _ text: String, option: String
  ) throws(CommandError) -> [Double] {
    guard let list = table.values[quantity] else {
      throw .usage("\(option): \(text) has no \(quantity.rawValue)")
    }
    return list
  }

  private static func name(_ index: Int, _ table: FeatureStatistics) -> String {
    table.names.indices.contains(index) ? table.names[index] : "input \(index)"
  }
}

extension FeatureStatistics {
  /// Whether a feature is known to have one value only.
  fileprivate func isConstant(_ index: Int) -> Bool {
    guard let lower = values[.minimum], let upper = values[.maximum] else { return false }
    return lower[index] == upper[index]
  }
}
