internal import FileAccess

/// The order of another program's Linear layers, which its file does not state.
///
/// Each takes as many values as the one before gives. Where shapes leave several orders, what names say decides:
/// numbers (`2` before `10`, `fc` before `fc1`), a module's layers together, and words such as `input` and `head`; then
/// the order of the file, if it is one of its own. What still is ambiguous, or contradicts, is not guessed.
struct ForeignOrder {
  /// What an order must heed beside the shapes.
  struct Rules: OptionSet {
    let rawValue: Int
    static let numbers = Rules(rawValue: 1)
    static let modules = Rules(rawValue: 2)
    static let words = Rules(rawValue: 4)
  }

  private let layers: [ForeignLinear]
  private let paths: [[NameComponent]]
  /// For each layer the number of its module at each depth.
  private let modules: [[Int]]

  /// Prepares to order layers.
  ///
  /// - Complexity: O(layers · length of their names)
  init(_ layers: [ForeignLinear]) {
    self.layers = layers
    paths = layers.map { NameComponent.path($0.stem) }
    var numbers: [String: Int] = [:]
    modules = layers.map { layer in
      let path = NameComponent.parts(layer.stem)
      return (1..<max(path.count, 1)).map { depth in
        let key = path.prefix(depth).joined(separator: ".")
        let number = numbers[key] ?? numbers.count
        numbers[key] = number
        return number
      }
    }
  }

  /// The order, and a note where something else than shapes and numbers decided.
  ///
  /// - Parameter fileOrder: the layers in the file's own order; nil where that is only one of names.
  /// - Throws: why there is none, and the option that states it.
  /// - Complexity: O(layers²), and bounded where shapes allow many orders.
  func decided(fileOrder: [Int]?, path: String) throws(FileError) -> (order: [Int], note: String?) {
    var note: String?
    var found = try orders(.all, path: path)
    if found.isEmpty {
      found = try orders([.numbers], path: path)
      if found.count == 1 { note = "whose modules take turns" }
    }
    if found.count > 1 {
      let byWords = try orders([.numbers, .modules, .words], path: path)
      if byWords.count == 1 {
        found = byWords
        note = "some by their names alone, --layers-order says otherwise"
      }
    }
    if found.isEmpty { throw try noChain(path) }
    let stated = fileOrder.flatMap { isChain($0) ? $0 : nil }
    if found.count > 1, let stated, try orders(.all, limit: 64, path: path).contains(stated) {
      let byName = namesOrder
      if byName == stated || !isChain(byName) {
        return (stated, "some in the order of the file alone, --layers-order says otherwise")
      }
      found = [byName, stated]
    }
    if found.count == 1, let stated, stated != found[0] { found.append(stated) }
    guard found.count == 1 else { throw ambiguous(found, path) }
    return (found[0], note)
  }

  /// The order that a user states by stems, with or without what all of them begin with.
  ///
  /// - Throws: a name that is none, is missing or given twice, or layers that do not chain.
  func stated(_ names: [String], path: String) throws(FileError) -> [Int] {
    let option = "--layers-order"
    var order: [Int] = []
    for name in names {
      guard let index = index(of: name) else {
        throw FileError(
          path, "\(option): no Linear layer \(quoted(name)), there are \(listed(layers.map(\.stem)))")
      }
      guard !order.contains(index) else { throw FileError(path, "\(option): \(quoted(name)) is given twice") }
      order.append(index)
    }
    if let missing = layers.indices.first(where: { !order.contains($0) }) {
      throw FileError(path, "\(option): the Linear layer \(quoted(layers[missing].stem)) is missing")
    }
    if let place = mismatch(order) { throw FileError(path, "\(option): \(place)") }
    return order
  }

  private func index(of name: String) -> Int? {
    if let index = layers.firstIndex(where: { $0.stem == name }) { return index }
    let ends = layers.indices.filter {
      layers[$0].stem.hasSuffix(".\(name)") || layers[$0].stem.hasSuffix("/\(name)")
    }
    return ends.count == 1 ? ends[0] : nil
  }

  // MARK: Search

  /// The orders that chain and heed the rules; no more than `limit` of them, and fewer than two only if there are no
  /// others.
  ///
  /// - Throws: when that takes too long to find out.
  private func orders(_ rules: Rules, limit: Int = 3, path: String) throws(FileError) -> [[Int]] {
    var search = Search(self, rules, limit: limit)
    search.extend(width: nil)
    guard search.stepsLeft > 0 || search.found.count > 1 else {
      throw FileError(
        path,
        "\(layers.count) Linear layers in more orders than can be tried; --layers-order NAME,… states it")
    }
    return search.found
  }

  private struct Search {
    private let order: ForeignOrder
    private let limit: Int
    private let heedsModules: Bool
    private var predecessors: [[Int]]
    private var isPlaced: [Bool]
    private var placed: [Int] = []
    private var unplacedOfModule: [Int: Int] = [:]
    // Enough for any network that someone made; a file made to need more is called ambiguous.
    private(set) var stepsLeft = 20_000
    private(set) var found: [[Int]] = []

    init(_ order: ForeignOrder, _ rules: Rules, limit: Int) {
      self.order = order
      self.limit = limit
      heedsModules = rules.contains(.modules)
      let indices = order.layers.indices
      isPlaced = indices.map { _ in false }
      predecessors = indices.map { later in
        indices.filter { order.mustPrecede($0, later, rules) }
      }
      for module in order.modules.joined() { unplacedOfModule[module, default: 0] += 1 }
    }

    mutating func extend(width: Int?) {
      if placed.count == isPlaced.count {
        found.append(placed)
        return
      }
      let module = heedsModules ? openModule : nil
      for index in isPlaced.indices where !isPlaced[index] && found.count < limit && stepsLeft > 0 {
        let layer = order.layers[index]
        guard width == nil || layer.columns == width, predecessors[index].allSatisfy({ isPlaced[$0] }),
          module == nil || order.modules[index].contains(module ?? -1)
        else { continue }
        stepsLeft -= 1
        place(index)
        extend(width: layer.rows)
        takeBack()
      }
    }

    /// The innermost module of the last layer that has layers left, which come next.
    private var openModule: Int? {
      placed.last.flatMap { order.modules[$0].last { (unplacedOfModule[$0] ?? 0) > 0 } }
    }

    private mutating func place(_ index: Int) {
      placed.append(index)
      isPlaced[index] = true
      for module in order.modules[index] { unplacedOfModule[module, default: 0] -= 1 }
    }

    private mutating func takeBack() {
      let index = placed.removeLast()
      isPlaced[index] = false
      for module in order.modules[index] { unplacedOfModule[module, default: 0] += 1 }
    }
  }

  /// Whether names demand that one layer comes before another: by numbers where their names first differ, or by words.
  private func mustPrecede(_ first: Int, _ second: Int, _ rules: Rules) -> Bool {
    guard let (a, b) = zip(paths[first], paths[second]).first(where: { $0 != $1 }) else { return false }
    if a.word == b.word, a.numbers.count == b.numbers.count {
      return rules.contains(.numbers) && a.numbers.lexicographicallyPrecedes(b.numbers)
    }
    return rules.contains(.words) && a.rank < b.rank
  }

  /// The layers by name.
  private var namesOrder: [Int] { layers.indices.sorted { Self.isBefore(layers[$0].stem, layers[$1].stem) } }

  /// The order of names with numbers as numbers.
  static func isBefore(_ left: String, _ right: String) -> Bool {
    let (left, right) = (NameComponent.path(left), NameComponent.path(right))
    guard let (a, b) = zip(left, right).first(where: { $0 != $1 }) else { return left.count < right.count }
    return a.word == b.word ? a.numbers.lexicographicallyPrecedes(b.numbers) : a.word < b.word
  }

  private func isChain(_ order: [Int]) -> Bool { mismatch(order) == nil }

  /// The first layer in an order that does not take what the one before it gives.
  private func mismatch(_ order: [Int]) -> String? {
    zip(order, order.dropFirst()).first { layers[$0].rows != layers[$1].columns }.map {
      "\(layers[$1].text) does not take the \(layers[$0].rows) values of \(layers[$0].text)"
    }
  }

  // MARK: Messages

  private func ambiguous(_ orders: [[Int]], _ path: String) -> FileError {
    let texts = orders.prefix(3).map { $0.map { layers[$0].stem }.joined(separator: ",") }
    return FileError(
      path,
      "the order of the layers is ambiguous: their shapes fit \(texts.joined(separator: " and "))"
        + "\(orders.count > 2 ? " and others" : ""); --layers-order NAME,… states it")
  }

  private func noChain(_ path: String) throws(FileError) -> FileError {
    let byName = namesOrder
    let turned = ForeignOrder(
      layers.map {
        var layer = $0
        (layer.rows, layer.columns) = ($0.columns, $0.rows)
        return layer
      })
    if let first = try turned.orders([.numbers, .modules], limit: 2, path: path).first?.first {
      let layer = layers[first]
      let shape = layer.isTransposed ? [layer.columns, layer.rows] : [layer.rows, layer.columns]
      return FileError(
        path, place: "tensor \(layer.weight)", ModelReader.transposed(shape, isRead: layer.isTransposed))
    }
    let byShape = try orders([], path: path)
    if byShape.count == 1 {
      let names = byShape[0].map { layers[$0].stem }.joined(separator: ",")
      return FileError(
        path,
        "\(mismatch(byName) ?? "the layers do not chain") in the order of their numbers; --layers-order \(names) chains"
      )
    }
    let texts = byName.prefix(12).map { layers[$0].text }.joined(separator: ", ")
    let rest = byName.count > 12 ? ", … (\(byName.count) in all)" : ""
    return FileError(
      path,
      "\(mismatch(byName) ?? "no chain"); the Linear layers \(texts)\(rest) form no chain in which each takes what the one before gives"
    )
  }
}

extension ForeignOrder.Rules {
  /// What is heeded first.
  fileprivate static let all: Self = [.numbers, .modules]
}
