internal import CSupNorm
public import Embedded

// Here rather than in Embedded, since texts take flash.

extension NetworkError: CustomStringConvertible {
  /// What was refused, as a sentence with its bound.
  public var description: String {
    switch self {
    case .nullPointer: "A required pointer is null."
    case .otherVersion:
      "The network was written for another format version; this library reads version \(SUPNORM_FORMAT_VERSION)."
    case .malformed:
      "The number of inputs is wrong, or the network has shapes that do not chain, an unknown kind or activation, or a column out of range."
    case .scratchTooSmall:
      "The scratch memory is smaller than the header's scratch size, or not aligned to 8 bytes."
    case .radiusOutOfRange: "The radius is not in 0 … \(SUPNORM_RADIUS_MAX)."
    case .classOutOfRange: "The class is not in 0 … outputs - 1."
    case .checksumMismatch: "The network does not have the checksum that the header states."
    case .boundExceeded: "A row sum exceeds its bound, or a row could overflow 32 bits."
    case .goldenMismatch: "A golden vector gave another answer than on the host."
    case .otherTask:
      "A class was asked of a regression, which has none, or a change bound of a classifier."
    case .noReadings: "The feature has no whole readings, so only a host can encode its values."
    default: "The library refused the call with status \(status), see supnorm.h."
    }
  }
}

extension CertifiedNetwork: CustomStringConvertible {
  /// That of its integers, and that they are checked.
  public var description: String { "\(network), checked by the device's own start-up check" }
}
