internal import CSupNorm

/// Why a network or a call was refused; the raw value is the C status, a negative number.
public struct NetworkError: Error, Equatable, Sendable {
  /// One of the `SUPNORM_ERROR_…` constants of supnorm.h.
  public let status: Int32

  init(_ status: Int32) { self.status = status }

  /// A required pointer is null.
  public static var nullPointer: NetworkError { NetworkError(SUPNORM_ERROR_NULL) }
  /// The network was written for another format version.
  public static var otherVersion: NetworkError { NetworkError(SUPNORM_ERROR_VERSION) }
  /// Shapes that do not chain, an unknown kind or activation, a column out of range.
  public static var malformed: NetworkError { NetworkError(SUPNORM_ERROR_MALFORMED) }
  /// Fewer scratch elements than the network needs, or scratch that is not aligned to 8 bytes.
  public static var scratchTooSmall: NetworkError { NetworkError(SUPNORM_ERROR_SCRATCH) }
  /// A radius outside 0 … 65535.
  public static var radiusOutOfRange: NetworkError { NetworkError(SUPNORM_ERROR_RADIUS) }
  /// A class outside 0 …< outputs.
  public static var classOutOfRange: NetworkError { NetworkError(SUPNORM_ERROR_CLASS) }
  /// The network does not have the stated CRC-32.
  public static var checksumMismatch: NetworkError { NetworkError(SUPNORM_ERROR_CHECKSUM) }
  /// A row sum above its bound, or a row that could overflow.
  public static var boundExceeded: NetworkError { NetworkError(SUPNORM_ERROR_BOUND) }
  /// A golden vector gave another answer than on the host.
  public static var goldenMismatch: NetworkError { NetworkError(SUPNORM_ERROR_GOLDEN) }
  /// A class was asked of a regression, or a change bound of a classifier.
  public static var otherTask: NetworkError { NetworkError(SUPNORM_ERROR_TASK) }
  /// The feature has no whole readings: a host encodes its values.
  public static var noReadings: NetworkError { NetworkError(SUPNORM_ERROR_READING) }
  /// The network names no kernels for certificates or bounds.
  public static var noKernels: NetworkError { NetworkError(SUPNORM_ERROR_KERNELS) }
  /// The model was never opened.
  public static var unopened: NetworkError { NetworkError(SUPNORM_ERROR_UNOPENED) }
  /// Two buffers of a call share a byte.
  public static var overlap: NetworkError { NetworkError(SUPNORM_ERROR_OVERLAP) }
}
