/// What is wanted of a table: which columns, and how its first row is to be taken.
///
/// Columns are named as in the header; in a file without one by their numbers, "1", "2" and so on.
public struct CSVChoice: Sendable {
  /// What becomes of the rows.
  public enum Purpose: Sendable {
    /// Samples of the classes in the label column.
    case classes
    /// Samples of the number in the column `target`.
    case regression
    /// Inputs of a model with so many of them, without labels: its names alone tell the header.
    case inputs(Int)
  }

  /// What becomes of the rows.
  public var purpose = Purpose.classes
  /// The label column, which is no feature of a regression.
  public var label = "label"
  /// Whether the label column was said, rather than taken to have its usual name.
  public var isLabelGiven = false
  /// The number a regression shall find.
  public var target: String?
  /// The feature columns in order, of inputs the model's names; nil for all others.
  public var features: [String]?
  /// Whether the first row is a header; nil to tell by what stands there, where it can be told.
  public var hasHeader: Bool?
  /// Whether rows with a missing value are left out rather than refused.
  public var dropsMissing = false

  /// Creates a choice.
  public init(
    _ purpose: Purpose = .classes, label: String? = nil, target: String? = nil, features: [String]? = nil
  ) {
    self.purpose = purpose
    self.label = label ?? self.label
    isLabelGiven = label != nil
    self.target = target
    self.features = features
  }

  /// The column without which a row is nothing; nil for inputs.
  var key: String? {
    switch purpose {
    case .classes: label
    case .regression: target
    case .inputs: nil
    }
  }

  /// Whether the user named that column, rather than its usual name being taken.
  var isKeyGiven: Bool {
    if case .classes = purpose { isLabelGiven } else { true }
  }
}

/// Which columns of a table are read, and where its rows begin.
struct CSVColumns {
  /// What is read of a column.
  enum Role: Equatable {
    case skipped, label, target
    /// No name and no content, as rows that end in a separator have it.
    case empty
    /// A feature, and its place among them.
    case feature(Int)
  }

  /// The names of all columns, for messages.
  var names: [String]
  var roles: [Role]
  var featureNames: [String] = []
  /// Whether the first row is no data.
  var skipsFirst: Bool
  var hasHeader: Bool
  /// The classes by number, as scikit-learn's own files begin with them, and the rows they speak of.
  var summary: CSVSummary?
  var notes: [String] = []

  /// All columns, none of them read yet.
  init(names: [String], hasHeader: Bool) {
    self.names = names
    roles = names.map { _ in .skipped }
    self.hasHeader = hasHeader
    skipsFirst = hasHeader
  }

  /// The name of the column that has a role, empty when none has.
  func name(of role: Role) -> String { roles.firstIndex(of: role).map { names[$0] } ?? "" }

  /// Makes columns the features, in this order.
  mutating func setFeatures(_ columns: [Int], named featureNames: [String]) {
    for (order, column) in columns.enumerated() { roles[column] = .feature(order) }
    self.featureNames = featureNames
  }
}

/// The first line of scikit-learn's own files: `150,4,setosa,versicolor,virginica`.
struct CSVSummary {
  var rows: Int
  var features: Int
  var classNames: [String]

  /// Recognizes the line above rows of `width` cells, the last of them the number of a class.
  init?(_ cells: [String], width: Int?) {
    guard cells.count > 3, let rows = Int(cells[0]), let features = Int(cells[1]), rows > 0,
      features + 1 == width, cells.dropFirst(2).allSatisfy({ wholeNumber($0) == nil && !$0.isEmpty })
    else { return nil }
    (self.rows, self.features, classNames) = (rows, features, Array(cells[2...]))
  }
}
