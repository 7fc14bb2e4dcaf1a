internal import CSupNorm

/// The model that a function of supnorm.h was given: a network whose shapes and counts have been proved.
///
/// Everything that the device computes is an extension of this type; one address is all that it hands around.
@safe struct Model {
  private let pointer: UnsafePointer<supnorm_model>

  /// - Throws: `nullPointer`, or `unopened` when its seal does not follow from its fields.
  @inline(never)
  @unsafe init(_ pointer: UnsafePointer<supnorm_model>?) throws(NetworkError) {
    guard let pointer = unsafe pointer else { throw .nullPointer }
    unsafe self.pointer = pointer
    guard unsafe pointer.pointee.network != nil, unsafe pointer.pointee.seal == seal else { throw .unopened }
  }

  /// A model whose seal was seen before, or is being opened.
  @unsafe init(sealed pointer: UnsafePointer<supnorm_model>) { unsafe self.pointer = pointer }

  /// What follows from the other fields; no memory that happens to be there has it.
  ///
  /// Every flipped bit of one field changes it, since the factors are odd.
  var seal: UInt32 {
    let address = unsafe UInt(bitPattern: pointer.pointee.network)
    let fold = UInt32(truncatingIfNeeded: address) ^ UInt32(truncatingIfNeeded: address >> 32)
    let sizes =
      unsafe pointer.pointee.even_elements &+ pointer.pointee.odd_elements &* 5
      &+ pointer.pointee.inference_workspace &* 9 &+ pointer.pointee.certificate_workspace &* 17
    return (fold ^ 0x534E_4D31) &+ sizes
  }

  /// Where values lie in the scratch memory.
  var plan: ScratchPlan { unsafe ScratchPlan(pointer) }

  var network: UnsafePointer<supnorm_network> { unsafe pointer.pointee.network.unsafelyUnwrapped }
  var inputs: Int { unsafe Int(network.pointee.inputs) }
  var outputs: Int { unsafe Int(network.pointee.outputs) }
  /// The index of the last layer.
  var last: Int { unsafe Int(network.pointee.layer_count) &- 1 }
  var inputMinimum: Int32 { unsafe Int32(network.pointee.input_min) }
  var inputMaximum: Int32 { unsafe Int32(network.pointee.input_max) }
  /// Whether the outputs are numbers of their own instead of the logits of classes.
  var isRegression: Bool { unsafe network.pointee.task != SUPNORM_CLASSIFICATION }

  /// A layer with the tables of its kernels; its shape was checked when the network was opened.
  func layer(_ index: Int) -> Layer {
    unsafe Layer(
      network.pointee.layers.unsafelyUnwrapped + index,
      kernels: network.pointee.inference.unsafelyUnwrapped[index].unsafelyUnwrapped)
  }

  /// What follows a layer's rows.
  func activation(_ index: Int) -> UnsafePointer<supnorm_activation> {
    unsafe network.pointee.activations.unsafelyUnwrapped[index].unsafelyUnwrapped
  }

  /// The table of a layer's kernels for bounds.
  ///
  /// - Precondition: the network has certificates.
  func certificate(_ index: Int) -> UnsafePointer<supnorm_certificate> {
    unsafe network.pointee.certificates.unsafelyUnwrapped[index].unsafelyUnwrapped
  }

  /// How many inputs lie behind the outputs of a layer.
  func residualCount(behindLayer index: Int) -> Int {
    unsafe index == last &- 1 ? Int(network.pointee.residual_count) : 0
  }

  /// The number of one of the inputs that lie behind the outputs of the last hidden layer.
  func residualInput(_ index: Int) -> Int {
    unsafe Int(network.pointee.residual_inputs.unsafelyUnwrapped[index])
  }

  /// Its value, cut to what the first layer reads; the number was checked to be less than the inputs.
  func residualInput(_ index: Int, of input: UnsafePointer<Int16>) -> Int16 {
    let first = unsafe network.pointee.layers.unsafelyUnwrapped
    return unsafe min(max(input[residualInput(index)], first.pointee.input_min), first.pointee.input_max)
  }
}

/// Runs `body` on the model that a C function was given, and turns what it throws into a C status.
@inline(__always)
func status(
  _ model: UnsafePointer<supnorm_model>?, _ body: (Model) throws(NetworkError) -> Int32
) -> Int32 {
  do {
    return try body(unsafe Model(model))
  } catch {
    return error.status
  }
}
