internal import FileAccess

/// Which class each of some different labels is.
///
/// Classes are the labels that occur. When all of them are whole numbers, in whatever spelling, they are in the order of
/// the numbers, and equal numbers are one class, named by its shortest spelling; otherwise in the order of their bytes.
struct ClassNumbering {
  /// What is known of the classes before any label is seen.
  enum Known {
    case nothing
    /// The names of a model's classes, in its order.
    case names([String])
    /// A model with so many outputs and no names: whole numbers are the outputs themselves.
    case outputs(Int)
  }

  /// The classes in order.
  var names: [String]
  /// The class of each label, -1 for what is none of the known ones.
  var classes: [Int]

  /// Numbers labels.
  ///
  /// - Parameters:
  ///   - texts: the different labels.
  ///   - fail: makes the error of a problem.
  init(
    _ texts: [String], _ known: Known, mark: DecimalMark = .point, fail: (String) -> FileError
  ) throws(FileError) {
    let numbers = texts.map { wholeNumber($0, mark) }
    switch known {
    case .nothing: self = try Self.new(texts, numbers, mark, fail: fail)
    case .names(let names):
      let places = Dictionary(zip(names, 0...), uniquingKeysWith: min)
      let placesByNumber = Dictionary(
        names.enumerated().compactMap { place, name in wholeNumber(name).map { ($0, place) } },
        uniquingKeysWith: min)
      self.names = names
      classes = zip(texts, numbers).map { text, number in
        places[text] ?? number.flatMap { placesByNumber[$0] } ?? -1
      }
    case .outputs(let count):
      names = (0..<count).map(String.init)
      if numbers.contains(where: { $0 != nil }) {
        classes = numbers.map { number in number.flatMap { 0..<count ~= $0 ? $0 : nil } ?? -1 }
      } else {
        self = try Self.new(texts, numbers, mark, fail: fail)
        guard names.count == count else {
          throw fail("\(names.count) classes in words, the model has \(count) outputs and no names for them")
        }
      }
    }
  }

  private init(names: [String], classes: [Int]) {
    self.names = names
    self.classes = classes
  }

  /// The classes that some labels make.
  private static func new(
    _ texts: [String], _ numbers: [Int?], _ mark: DecimalMark, fail: (String) -> FileError
  ) throws(FileError) -> ClassNumbering {
    let whole = numbers.compactMap(\.self)
    if whole.count == texts.count {
      let sorted = Set(whole).sorted()
      let places = Dictionary(zip(sorted, 0...), uniquingKeysWith: min)
      let classes = whole.map { places[$0] ?? 0 }
      var names = [String](repeating: "", count: sorted.count)
      for (text, place) in zip(texts, classes)
      where names[place].isEmpty || isShorter(text, than: names[place]) {
        names[place] = text
      }
      return ClassNumbering(names: names, classes: classes)
    }
    let reals = texts.map { csvNumber(Array($0.utf8)[...], mark) }
    if !reals.contains(nil), let fraction = zip(texts, reals).first(where: { $1 != $1?.rounded() })?.0 {
      throw fail(
        "label \(quoted(fraction)) is not a whole number, as the number of a class is; --target finds other numbers"
      )
    }
    let names = texts.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let places = Dictionary(zip(names, 0...), uniquingKeysWith: min)
    return ClassNumbering(names: names, classes: texts.map { places[$0] ?? -1 })
  }
}

private func isShorter(_ text: String, than other: String) -> Bool {
  text.utf8.count == other.utf8.count
    ? text.utf8.lexicographicallyPrecedes(other.utf8) : text.utf8.count < other.utf8.count
}

/// What is said of labels that are not among the classes of a model; nil when all are.
///
/// - Parameters:
///   - unknown: the different labels that no class has.
///   - count: the samples that have them.
func noteOfUnknown(_ unknown: [String], count: Int, of samples: Int) -> String? {
  unknown.isEmpty
    ? nil
    : "\(count) of \(samples) labels are no classes of the model (\(listed(unknown))) and count as wrong"
}
