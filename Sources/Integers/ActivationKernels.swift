package import Claims
internal import CSupNorm
internal import Embedded

extension IntegerActivation {
  /// Applies the activation in place, with the device's own function.
  package func apply(to values: inout [Int16]) {
    let function = unsafe supnorm_activation_of(UInt8(constant)).unsafelyUnwrapped
    var layer = unsafe supnorm_layer()
    let nodes = table?.nodes.map { Int16($0) } ?? []
    unsafe nodes.withUnsafeBufferPointer { nodes in
      if let table, let start = nodes.baseAddress { unsafe layer.setTable(table, nodes: start) }
      unsafe values.withUnsafeMutableBufferPointer { values in
        guard let start = values.baseAddress, let apply = unsafe function.pointee.apply else { return }
        unsafe apply(start, UInt32(values.count), &layer)
      }
    }
  }
}
