/// The stack below the caller that the two functions of the library need.
struct StackUse {
  /// Of `supnorm_infer`.
  var inferBytes: UInt32 = 0
  /// Of `supnorm_certify`.
  var certifyBytes: UInt32 = 0
}
