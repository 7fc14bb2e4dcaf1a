internal import FileAccess

/// On which side of its activation a BatchNorm stands, where its number in a Sequential does not tell.
public enum BatchNormSide: String, CaseIterable, Sendable {
  /// Linear, BatchNorm, activation.
  case before
  /// Linear, activation, BatchNorm.
  case after
}

/// Where another program's BatchNorm layers stand among its Linear layers, which its file does not state.
///
/// In a Sequential the numbers tell: one more than a Linear layer's is right behind it, one less right before. Others
/// belong to the Linear layer of their module or of their number (`fc1`, `bn1`), or to the only one of their width.
struct BatchNormPlaces {
  /// What becomes part of a Linear layer, by its place in the order.
  enum Place: Equatable {
    case inputs(of: Int)
    case outputs(of: Int)
  }

  private let layers: [ForeignLinear]
  private let paths: [[NameComponent]]
  private let side: BatchNormSide?
  private let path: String
  /// The layers whose side was assumed.
  private(set) var assumed: [String] = []

  init(_ layers: [ForeignLinear], side: BatchNormSide?, path: String) {
    self.layers = layers
    self.side = side
    self.path = path
    paths = layers.map { NameComponent.path($0.stem) }
  }

  /// Where a layer stands.
  ///
  /// - Parameter predecessor: how many Linear layers come before it, where a user stated that.
  /// - Throws: a place that cannot be told, or a width that does not fit there.
  mutating func place(_ layer: ForeignBatchNorm, predecessors: Int? = nil) throws(FileError) -> Place {
    let place =
      if let predecessors {
        try predecessors == 0 ? Place.inputs(of: 0) : behind(predecessors - 1, layer)
      } else if let sequential = try placeInSequential(layer) {
        sequential
      } else {
        try placeByName(layer)
      }
    let width =
      switch place {
      case .inputs(let index): layers[index].columns
      case .outputs(let index): layers[index].rows
      }
    guard width == layer.width else {
      throw fail(layer, "\(layer.width) values, \(width) expected at its place among the Linear layers")
    }
    return place
  }

  private func fail(_ layer: ForeignBatchNorm, _ problem: String) -> FileError {
    FileError(path, place: "BatchNorm \(layer.stem)", problem)
  }

  /// Right behind a Linear layer, or behind its activation; nothing says which unless the user does.
  private mutating func behind(_ index: Int, _ layer: ForeignBatchNorm) throws(FileError) -> Place {
    guard index + 1 < layers.count else { return .outputs(of: index) }
    if side == nil { assumed.append(layer.stem) }
    return side == .after ? .inputs(of: index + 1) : .outputs(of: index)
  }

  /// By the numbers of the same Sequential; nil where it is in none.
  private mutating func placeInSequential(_ layer: ForeignBatchNorm) throws(FileError) -> Place? {
    let own = NameComponent.path(layer.stem)
    guard let last = own.last, last.numbers.count == 1, last.numbers[0] >= 0 else { return nil }
    let siblings = paths.indices.compactMap { index -> (index: Int, number: Int)? in
      guard let component = paths[index].last, paths[index].dropLast() == own.dropLast(),
        component.word == last.word, component.numbers.count == 1
      else { return nil }
      return (index, component.numbers[0])
    }
    guard !siblings.isEmpty else { return nil }
    let number = last.numbers[0]
    let previous = siblings.filter { $0.number < number }.max { $0.number < $1.number }
    let next = siblings.filter { $0.number > number }.min { $0.number < $1.number }
    let isRightBefore = next.map { $0.number == number + 1 } ?? false
    guard let previous else {
      guard let next, next.index == 0 || isRightBefore else { throw unclear(layer, next?.index) }
      return .inputs(of: next.index)
    }
    let isRightBehind = previous.number == number - 1
    if isRightBehind {
      return isRightBefore ? try behind(previous.index, layer) : .outputs(of: previous.index)
    }
    if isRightBefore, let next, next.index == previous.index + 1 { return .inputs(of: next.index) }
    guard side != nil else { throw unclear(layer, previous.index) }
    return try behind(previous.index, layer)
  }

  private func unclear(_ layer: ForeignBatchNorm, _ index: Int?) -> FileError {
    let neighbor = index.map { " \(layers[$0].stem)" } ?? ""
    return fail(
      layer,
      "something without tensors stands between it and Linear\(neighbor), an activation or a Dropout; --batchnorm before or after (the activation) says which"
    )
  }

  private mutating func placeByName(_ layer: ForeignBatchNorm) throws(FileError) -> Place {
    let own = NameComponent.path(layer.stem)
    func numbers(_ path: [NameComponent]) -> [Int] { path.flatMap(\.numbers).filter { $0 >= 0 } }
    let fitting = layers.indices.filter {
      layers[$0].rows == layer.width || layers[$0].columns == layer.width
    }
    let inModule = own.count > 1 ? fitting.filter { paths[$0].dropLast() == own.dropLast() } : []
    let ofNumber = fitting.filter { !numbers(own).isEmpty && numbers(paths[$0]) == numbers(own) }
    if let index = [inModule, ofNumber].first(where: { $0.count == 1 })?[0] {
      return layers[index].rows == layer.width ? try behind(index, layer) : .inputs(of: index)
    }
    let giving = fitting.filter { layers[$0].rows == layer.width }
    let isOfInputs = layers[0].columns == layer.width
    if giving.isEmpty, isOfInputs { return .inputs(of: 0) }
    if giving.count == 1, !isOfInputs { return try behind(giving[0], layer) }
    let names = giving.map { layers[$0].stem } + (isOfInputs ? ["the inputs"] : [])
    guard !names.isEmpty else { throw fail(layer, "\(layer.width) values, as many as no Linear layer gives") }
    throw fail(
      layer,
      "its \(layer.width) values may be those of \(listed(names)); --layers-order NAME,… with \(layer.stem) in its place says which"
    )
  }
}
