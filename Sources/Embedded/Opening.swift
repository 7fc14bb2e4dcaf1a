public import CSupNorm

/// Opening a network: what is proved once, so that every later call may rely on it.
extension UnsafeMutablePointer<supnorm_model> {
  /// Proves the numbers of the network's struct by their checksum, then shapes, pointers, tables and counts, and plans
  /// the scratch memory.
  ///
  /// Nothing is read before the numbers that lead there are proved; weights are not read at all.
  ///
  /// - Parameter isStated: false for a network that does not state its scratch sizes and checksums yet, when nobody but
  ///   the caller can have changed it.
  /// - Throws: `nullPointer`, `otherVersion`, `checksumMismatch` or `malformed`; the model is not open then.
  /// - Complexity: O(rows).
  func open(_ network: UnsafePointer<supnorm_network>?, isStated: Bool) throws(NetworkError) {
    unsafe pointee = supnorm_model()
    guard let network = unsafe network else { throw .nullPointer }
    guard unsafe Int32(network.pointee.format_version) == SUPNORM_FORMAT_VERSION else { throw .otherVersion }
    guard unsafe network.pointee.layers != nil, unsafe network.pointee.inference != nil,
      unsafe network.pointee.activations != nil
    else {
      throw .nullPointer
    }
    // Only then may the counts be used to look at the layers.
    guard unsafe !isStated || headChecksum(of: network) == network.pointee.head_crc32 else {
      throw .checksumMismatch
    }
    unsafe pointee.network = network
    let model = unsafe Model(sealed: self)
    let needsBounds = try unsafe checkLayers(of: model)
    try model.checkResidualInputs()
    guard unsafe (network.pointee.bounds != nil) == needsBounds else {
      throw needsBounds ? .nullPointer : .malformed
    }
    guard unsafe network.pointee.feature_count == 0 || network.pointee.features != nil else {
      throw .nullPointer
    }
    unsafe pointee.seal = model.seal
  }

  /// Checks that layers have the kernels of their kinds and fit each other and the network, and plans the scratch memory.
  ///
  /// - Returns: whether the network needs a table of bounds.
  private func checkLayers(of model: Model) throws(NetworkError) -> Bool {
    let network = unsafe model.network
    let residuals = unsafe Int(network.pointee.residual_count)
    var columns = model.inputs
    guard model.last >= 0 else { throw .malformed }
    var index = 0
    while true {
      let isLast = index == model.last
      guard let kernels = unsafe network.pointee.inference.unsafelyUnwrapped[index],
        let activation = unsafe network.pointee.activations.unsafelyUnwrapped[index]
      else { throw .nullPointer }
      let layer = unsafe Layer(network.pointee.layers.unsafelyUnwrapped + index, kernels: kernels)
      try unsafe activation.check(layer)
      try layer.check(columns: columns, isLast: isLast, residuals: isLast ? residuals : 0)
      unsafe pointee.inference_workspace = max(
        pointee.inference_workspace, layer.workspace(bytesPerColumn: kernels.pointee.workspace))
      if let certificates = unsafe network.pointee.certificates {
        guard let certificate = unsafe certificates[index] else { throw .nullPointer }
        guard unsafe certificate.pointee.kind == kernels.pointee.kind,
          unsafe certificate.pointee.layout == kernels.pointee.layout
        else { throw .malformed }
        unsafe pointee.certificate_workspace = max(
          pointee.certificate_workspace, layer.workspace(bytesPerColumn: certificate.pointee.workspace))
      }
      // The residual inputs lie behind the outputs of the last hidden layer.
      columns = layer.rows &+ model.residualCount(behindLayer: index)
      guard !isLast else { break }
      // At most 2 · 65535 elements.
      let elements = (UInt32(truncatingIfNeeded: columns) &+ 3) & ~3
      if index & 1 == 0 {
        unsafe pointee.even_elements = max(pointee.even_elements, elements)
      } else {
        unsafe pointee.odd_elements = max(pointee.odd_elements, elements)
      }
      index &+= 1
    }
    guard columns == model.outputs, columns <= 32767, model.inputMinimum <= model.inputMaximum,
      unsafe network.pointee.task <= SUPNORM_REGRESSION
    else { throw .malformed }
    // Every number of rows has now been found twice, so it may index an array.
    var needsBounds = false
    while index >= 0 {
      let layer = model.layer(index)
      _ = try layer.counts()
      if layer.needsBounds { needsBounds = true }
      index &-= 1
    }
    return needsBounds
  }
}

extension Model {
  /// Residual inputs need a hidden layer behind whose outputs they lie; they exist and increase.
  fileprivate func checkResidualInputs() throws(NetworkError) {
    let count = unsafe Int(network.pointee.residual_count)
    guard count > 0 else { return }
    guard unsafe network.pointee.residual_inputs != nil else { throw .nullPointer }
    var next = 0
    var index = 0
    while index < count {
      let input = residualInput(index)
      guard input >= next, input < inputs else { throw .malformed }
      next = input &+ 1
      index &+= 1
    }
    guard last > 0 else { throw .malformed }
  }
}

/// See `supnorm_open` in supnorm.h.
@c public func supnorm_open(
  _ network: UnsafePointer<supnorm_network>?, _ model: UnsafeMutablePointer<supnorm_model>?
) -> Int32 {
  guard let model = unsafe model else { return SUPNORM_ERROR_NULL }
  do {
    try unsafe model.open(network, isStated: true)
    return SUPNORM_OK
  } catch {
    return error.status
  }
}
