package import Claims
internal import CSupNorm
internal import Embedded

extension IntegerActivation {
  /// Applies the activation in place, with the device's own function.
  package func apply(to values: inout [Int16]) {
    let table = unsafe supnorm_activation_of(UInt8(constant)).unsafelyUnwrapped
    unsafe values.withUnsafeMutableBufferPointer { values in
      guard let start = values.baseAddress, let apply = unsafe table.pointee.apply else { return }
      unsafe apply(start, UInt32(values.count))
    }
  }
}
