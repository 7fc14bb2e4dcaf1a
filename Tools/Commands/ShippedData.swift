internal import Files
internal import Foundation

/// The data sets that come with the program, by the names that `--data` knows them by.
enum ShippedData: String, CaseIterable {
  case digits
  case breastCancer = "breast-cancer"

  /// The column of the classes.
  var label: String {
    switch self {
    case .digits: "label"
    case .breastCancer: "diagnosis"
    }
  }

  /// Where the table of a part is.
  func path(_ part: IDXPart) throws(CommandError) -> String {
    guard let folder = Bundle.module.resourceURL else {
      throw .usage("--data \(rawValue): the shipped data is not beside the program")
    }
    return folder.appending(path: "data/\(rawValue)/\(rawValue)-\(part == .train ? "train" : "test").csv")
      .path
  }

  /// All names in quotation marks.
  static func quoted(_ separator: String) -> String {
    allCases.map { "'\($0.rawValue)'" }.joined(separator: separator)
  }
}
