public import CSupNorm

/// A view of a network in C memory whose shapes have been checked: where pointers become spans.
///
/// It holds nothing but the pointer; the network must stay alive and unchanged while the view is used. All
/// functions are reentrant and work in the scratch memory that the caller gives.
@safe public struct Network {
  let network: UnsafePointer<supnorm_network>

  /// The greatest width of the hidden layers 0, 2, 4 … and of the hidden layers 1, 3, 5 …: outputs alternate
  /// between two parts of the scratch memory, each a multiple of 8 bytes so that all parts are aligned alike.
  private let evenWidth: Int
  private let oddWidth: Int

  /// Checks the shapes of a network: version, pointers, kinds, shifts, and layers that fit each other.
  ///
  /// It does not read the weights; `selfCheck()` does.
  /// - Throws: `nullPointer`, `otherVersion` or `malformed`.
  /// - Complexity: O(rows).
  @unsafe public init(checking pointer: UnsafePointer<supnorm_network>) throws(NetworkError) {
    unsafe network = pointer
    guard unsafe Int32(pointer.pointee.format_version) == SUPNORM_FORMAT_VERSION else { throw .otherVersion }
    guard unsafe pointer.pointee.layers != nil else { throw .nullPointer }
    let count = unsafe Int(pointer.pointee.layer_count)
    let residualCount = unsafe Int(pointer.pointee.residual_count)
    var columns = unsafe Int(pointer.pointee.inputs)
    var even = 0
    var odd = 0
    var isMaxPlus = true
    for index in 0..<count {
      let isLast = index == count - 1
      let layer = try unsafe Layer(
        checking: pointer.pointee.layers + index, columns: columns, isLast: isLast)
      // A maximum has no columns that it passes on.
      guard !isLast || residualCount == 0 || !layer.isMaxPlus else { throw .malformed }
      isMaxPlus = isMaxPlus && layer.isMaxPlus
      columns = layer.rows
      if isLast { break }
      // The residual inputs lie behind the outputs of the last hidden layer.
      if index == count - 2 { columns &+= residualCount }
      if index % 2 == 0 { even = max(even, columns) } else { odd = max(odd, columns) }
    }
    evenWidth = (even &+ 3) & ~3
    oddWidth = (odd &+ 3) & ~3
    guard count > 0, unsafe columns == Int(pointer.pointee.outputs), columns <= 32767,
      inputMinimum <= inputMaximum, unsafe pointer.pointee.task <= SUPNORM_REGRESSION
    else { throw .malformed }
    try unsafe Self.checkResidualInputs(of: pointer, layers: count)
    // Every number of rows has now been found twice, so it may index an array.
    for index in 0..<count { try layer(index).checkCounts() }
    let hasTable = unsafe pointer.pointee.bounds != nil
    guard hasTable != isMaxPlus else { throw isMaxPlus ? .malformed : .nullPointer }
    guard unsafe pointer.pointee.feature_count == 0 || pointer.pointee.features != nil else {
      throw .nullPointer
    }
  }

  /// Residual inputs need a hidden layer behind whose outputs they lie; they exist and increase.
  private static func checkResidualInputs(
    of pointer: UnsafePointer<supnorm_network>, layers: Int
  ) throws(NetworkError) {
    let count = unsafe Int(pointer.pointee.residual_count)
    guard count > 0 else { return }
    guard let inputs = unsafe pointer.pointee.residual_inputs else { throw .nullPointer }
    var next: UInt16 = 0
    for index in 0..<count {
      let input = unsafe inputs[index]
      guard input >= next, unsafe input < pointer.pointee.inputs else { throw .malformed }
      next = input + 1  // input < inputs ≤ 65535
    }
    guard layers > 1 else { throw .malformed }
  }

  /// How many inputs one sample has.
  public var inputs: Int { unsafe Int(network.pointee.inputs) }
  /// How many logits one sample gets.
  public var outputs: Int { unsafe Int(network.pointee.outputs) }
  /// `Int16` elements of scratch that `infer` needs.
  public var inferScratchCount: Int { evenWidth + oddWidth }
  /// `Int16` elements of scratch that `certify` needs.
  public var certifyScratchCount: Int { 2 * inferScratchCount }

  var layerCount: Int { unsafe Int(network.pointee.layer_count) }
  var inputMinimum: Int32 { unsafe Int32(network.pointee.input_min) }
  var inputMaximum: Int32 { unsafe Int32(network.pointee.input_max) }
  /// How many bounds the table has: of each pair of classes or each output, none without a table.
  var boundCount: Int {
    guard unsafe network.pointee.bounds != nil else { return 0 }
    return isRegression ? outputs : outputs * (outputs - 1) / 2
  }

  /// A layer; its shape was checked when the view was made.
  func layer(_ index: Int) -> Layer { unsafe Layer(network.pointee.layers + index) }

  /// Whether the outputs are numbers of their own instead of the logits of classes.
  var isRegression: Bool { unsafe Int32(network.pointee.task) == SUPNORM_REGRESSION }

  /// The map of one raw input, or nil when there is none.
  func feature(_ index: Int) -> supnorm_feature? {
    let count = unsafe Int(network.pointee.feature_count)
    guard index >= 0, index < inputs, count == 1 || count == inputs else { return nil }
    return unsafe network.pointee.features?[count == 1 ? 0 : index]
  }

  /// The certified global radius of an answer, see `globalRadius(logits:classIndex:pairs:)`.
  func globalRadius(logits: Span<Int32>, classIndex: Int) -> UInt32 {
    let pairs = unsafe UnsafeBufferPointer(start: network.pointee.bounds, count: boundCount)
    return unsafe Embedded.globalRadius(logits: logits, classIndex: classIndex, pairs: pairs.span)
  }

  /// The bound on the change of one output of a regression, 0 …< outputs.
  func outputBound(_ output: Int) -> supnorm_bound {
    // Through max-plus layers alone nothing moves by more than the inputs do.
    unsafe network.pointee.bounds == nil ? supnorm_bound(slope: 1, offset: 0) : network.pointee.bounds[output]
  }

  /// How many inputs lie behind the outputs of a layer.
  @inline(__always)
  private func residualCount(behindLayer index: Int) -> Int {
    unsafe index == layerCount - 2 ? Int(network.pointee.residual_count) : 0
  }

  /// Calls `body` for each place behind the outputs of a layer with the input that lies there.
  @inline(__always)
  func forEachResidualInput(behindLayer index: Int, _ body: (_ place: Int, _ input: Int) -> Void) {
    let rows = layer(index).rows
    for offset in 0..<residualCount(behindLayer: index) {
      // Both were checked: place < columns of the next layer, input < inputs.
      unsafe body(rows &+ offset, Int(network.pointee.residual_inputs[offset]))
    }
  }

  /// The part of the scratch memory for the outputs of a hidden layer and the residual inputs behind them, or for
  /// their lower bounds; empty for any other index.
  @inline(never)
  func hiddenOutputs(
    ofLayer index: Int, in memory: UnsafeMutablePointer<Int16>?
  ) -> UnsafeMutableBufferPointer<Int16> {
    guard index >= 0, index < layerCount - 1, let memory = unsafe memory else {
      return unsafe UnsafeMutableBufferPointer(start: nil, count: 0)
    }
    let start = unsafe memory + (index % 2 == 0 ? 0 : evenWidth)
    return unsafe UnsafeMutableBufferPointer(
      start: start, count: layer(index).rows + residualCount(behindLayer: index))
  }

  /// The part of the scratch memory for the upper bounds of the same values; empty for any other index.
  func hiddenUpperBounds(
    ofLayer index: Int, in memory: UnsafeMutablePointer<Int16>?
  ) -> UnsafeMutableBufferPointer<Int16> {
    unsafe hiddenOutputs(ofLayer: index, in: memory.map { unsafe $0 + inferScratchCount })
  }
}
