/// How the values that a layer reads or writes are arranged: rows of pixels, or samples in time, of so many channels.
///
/// A value stands at `(row · width + column) · channels + channel`. A layer that knows no places has all its values as
/// the channels of one place, 1 × 1 × n.
public struct Shape: Equatable, Sendable, CustomStringConvertible {
  /// Rows of places.
  public let height: Int
  /// Places of a row.
  public let width: Int
  /// Values of a place.
  public let channels: Int

  /// Creates a shape, of one place unless more are asked for.
  public init(height: Int = 1, width: Int = 1, channels: Int) {
    self.height = height
    self.width = width
    self.channels = channels
  }

  /// How many values there are.
  public var count: Int { height * width * channels }

  /// `28×28×1`, or the number of values where there is one place.
  public var description: String { height * width == 1 ? "\(channels)" : "\(height)×\(width)×\(channels)" }
}
