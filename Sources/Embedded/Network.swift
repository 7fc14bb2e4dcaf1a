public import CSupNorm

/// A network in C memory whose shapes and counts have been proved: the handle of supnorm.h, where pointers become spans.
///
/// It holds no memory of its own; the network must stay alive and unchanged while the handle is used. All functions are
/// reentrant and work in the scratch memory that the caller gives.
@safe public struct Network {
  /// What a C function takes.
  let model: supnorm_model

  /// Opens a network: proves the numbers of its struct by their checksum, then shapes, pointers, tables and counts.
  ///
  /// It does not read the weights; `selfCheck()` does.
  /// - Throws: `nullPointer`, `otherVersion`, `checksumMismatch` or `malformed`.
  /// - Complexity: O(rows).
  @unsafe public init(opening pointer: UnsafePointer<supnorm_network>) throws(NetworkError) {
    try unsafe self.init(stating: pointer, isStated: true)
  }

  /// The same, also of a network that does not state its scratch sizes and checksums yet.
  ///
  /// - Parameter isStated: false when nobody but the caller can have changed the network.
  @unsafe package init(
    stating pointer: UnsafePointer<supnorm_network>, isStated: Bool = false
  ) throws(NetworkError) {
    guard unsafe Int32(pointer.pointee.format_version) == SUPNORM_FORMAT_VERSION else { throw .otherVersion }
    guard unsafe pointer.pointee.layers != nil, unsafe pointer.pointee.inference != nil else {
      throw .nullPointer
    }
    // Only then may the counts be used to look at the layers.
    guard unsafe !isStated || headChecksum(of: pointer) == pointer.pointee.head_crc32 else {
      throw .checksumMismatch
    }
    unsafe self.init(pointer, plan: ScratchPlan())
    let plan = try checkShapes()
    unsafe self.init(pointer, plan: plan)
    try checkResidualInputs()
    // Every number of rows has now been found twice, so it may index an array.
    var needsBounds = false
    for index in 0..<layerCount {
      let layer = self.layer(index)
      _ = try layer.counts()
      needsBounds = needsBounds || layer.needsBounds
    }
    let hasTable = unsafe pointer.pointee.bounds != nil
    guard hasTable == needsBounds else { throw needsBounds ? .nullPointer : .malformed }
    guard unsafe pointer.pointee.feature_count == 0 || pointer.pointee.features != nil else {
      throw .nullPointer
    }
  }

  /// The model that a C function was given.
  ///
  /// - Throws: `nullPointer`, or `unopened` when its seal does not follow from its fields.
  @unsafe init(_ pointer: UnsafePointer<supnorm_model>?) throws(NetworkError) {
    guard let model = unsafe pointer?.pointee else { throw .nullPointer }
    unsafe self.model = model
    guard unsafe model.network != nil, unsafe model.seal == model.expectedSeal else { throw .unopened }
  }

  @unsafe private init(_ network: UnsafePointer<supnorm_network>, plan: ScratchPlan) {
    var model = unsafe supnorm_model(
      network: network, even_elements: plan.even, odd_elements: plan.odd,
      inference_workspace: plan.inferenceWorkspace, certificate_workspace: plan.certificateWorkspace, seal: 0)
    unsafe model.seal = model.expectedSeal
    unsafe self.model = model
  }

  /// Checks that layers have the kernels of their kinds and fit each other and the network, and plans the scratch
  /// memory.
  private func checkShapes() throws(NetworkError) -> ScratchPlan {
    let count = layerCount
    let residualCount = unsafe Int(network.pointee.residual_count)
    var columns = inputs
    var plan = ScratchPlan()
    for index in 0..<count {
      let isLast = index == count - 1
      let layer = try unsafe Layer(
        checking: network.pointee.layers + index, kernels: network.pointee.inference[index], columns: columns,
        isLast: isLast, residuals: isLast ? residualCount : 0)
      if let certificates = unsafe network.pointee.certificates {
        guard let certificate = unsafe certificates[index] else { throw .nullPointer }
        guard unsafe certificate.pointee.kind == layer.kernels.pointee.kind,
          unsafe certificate.pointee.layout == layer.kernels.pointee.layout
        else { throw .malformed }
        plan.addWorkspace(
          inference: 0, certificate: layer.workspace(bytesPerColumn: unsafe certificate.pointee.workspace))
      }
      plan.addWorkspace(
        inference: layer.workspace(bytesPerColumn: unsafe layer.kernels.pointee.workspace), certificate: 0)
      columns = layer.rows
      if isLast { break }
      // The residual inputs lie behind the outputs of the last hidden layer.
      if index == count - 2 { columns &+= residualCount }
      plan.add(columns, ofLayer: index)
    }
    guard count > 0, columns == outputs, columns <= 32767, inputMinimum <= inputMaximum,
      unsafe network.pointee.task <= SUPNORM_REGRESSION
    else { throw .malformed }
    return plan
  }

  /// Residual inputs need a hidden layer behind whose outputs they lie; they exist and increase.
  private func checkResidualInputs() throws(NetworkError) {
    let count = unsafe Int(network.pointee.residual_count)
    guard count > 0 else { return }
    guard let columns = unsafe network.pointee.residual_inputs else { throw .nullPointer }
    var next: UInt16 = 0
    for index in 0..<count {
      let input = unsafe columns[index]
      guard input >= next, Int(input) < inputs else { throw .malformed }
      next = input + 1  // input < inputs ≤ 65535
    }
    guard layerCount > 1 else { throw .malformed }
  }
}

extension supnorm_model {
  /// What follows from the other fields; no memory that happens to be there has it.
  fileprivate var expectedSeal: UInt32 {
    let address = unsafe UInt(bitPattern: network)
    let fold = UInt32(truncatingIfNeeded: address) ^ UInt32(truncatingIfNeeded: address >> 32)
    // Turned by different amounts, so that numbers that changed places do not have it.
    let workspaces =
      unsafe (inference_workspace &<< 5 | inference_workspace &>> 27)
      ^ (certificate_workspace &<< 20 | certificate_workspace &>> 12)
    return unsafe fold ^ even_elements ^ (odd_elements &<< 12 | odd_elements &>> 20) ^ workspaces
      ^ 0x534E_4D31
  }
}

extension Network {
  var network: UnsafePointer<supnorm_network> { unsafe model.network.unsafelyUnwrapped }
  var plan: ScratchPlan { unsafe ScratchPlan(model) }

  /// How many inputs one sample has.
  public var inputs: Int { unsafe Int(network.pointee.inputs) }
  /// How many logits one sample gets.
  public var outputs: Int { unsafe Int(network.pointee.outputs) }
  /// `Int16` elements of scratch that `infer` needs.
  public var inferScratchCount: Int { plan.inferCount }
  /// `Int16` elements of scratch that `certify` needs.
  public var certifyScratchCount: Int { plan.certifyCount }

  var layerCount: Int { unsafe Int(network.pointee.layer_count) }
  var inputMinimum: Int32 { unsafe Int32(network.pointee.input_min) }
  var inputMaximum: Int32 { unsafe Int32(network.pointee.input_max) }
  /// How many bounds the table has: of each pair of classes or each output, none without a table.
  var boundCount: Int {
    guard unsafe network.pointee.bounds != nil else { return 0 }
    return isRegression ? outputs : outputs * (outputs - 1) / 2
  }

  /// A layer; its shape was checked when the network was opened.
  func layer(_ index: Int) -> Layer {
    unsafe Layer(
      network.pointee.layers + index,
      kernels: network.pointee.inference.unsafelyUnwrapped[index].unsafelyUnwrapped)
  }

  /// Whether the outputs are numbers of their own instead of the logits of classes.
  var isRegression: Bool { unsafe Int32(network.pointee.task) == SUPNORM_REGRESSION }

  /// How many inputs lie behind the outputs of a layer.
  @inline(__always)
  private func residualCount(behindLayer index: Int) -> Int {
    unsafe index == layerCount - 2 ? Int(network.pointee.residual_count) : 0
  }

  /// Calls `body` for each place behind the outputs of a layer with the input that lies there, cut to what the first
  /// layer reads.
  @inline(__always)
  func forEachResidualInput(
    behindLayer index: Int, of input: UnsafePointer<Int16>, _ body: (_ place: Int, _ value: Int16) -> Void
  ) {
    let rows = layer(index).rows
    let first = unsafe network.pointee.layers
    for offset in 0..<residualCount(behindLayer: index) {
      // Both were checked: place < columns of the next layer, the number of the input < inputs.
      let value = unsafe input[Int(network.pointee.residual_inputs[offset])]
      unsafe body(
        rows &+ offset,
        min(max(value, first.unsafelyUnwrapped.pointee.input_min), first.unsafelyUnwrapped.pointee.input_max))
    }
  }
}

/// Runs `body` on the model that a C function was given, and turns what it throws into a C status.
@inline(__always)
func status(
  _ model: UnsafePointer<supnorm_model>?, _ body: (Network) throws(NetworkError) -> Int32
) -> Int32 {
  do {
    return try body(unsafe Network(model))
  } catch {
    return error.status
  }
}

/// See `supnorm_open` in supnorm.h.
@c public func supnorm_open(
  _ network: UnsafePointer<supnorm_network>?, _ model: UnsafeMutablePointer<supnorm_model>?
) -> Int32 {
  guard let model = unsafe model else { return SUPNORM_ERROR_NULL }
  unsafe model.pointee = supnorm_model()
  guard let network = unsafe network else { return SUPNORM_ERROR_NULL }
  do {
    unsafe model.pointee = try Network(opening: network).model
    return SUPNORM_OK
  } catch {
    return error.status
  }
}
