internal import Training

extension Dataset.Values {
  /// The types of values.
  enum Kind {
    case bytes, shorts, floats
    /// So many digits after the point.
    case decimals(Int)
    case reals
  }

  /// Finds the smallest type that holds some numbers exactly.
  struct Survey {
    private static let powers: [Double] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]

    private var (areBytes, areShorts, areFloats, areDecimals) = (true, true, true, true)
    private var digits = 0
    private var largest = 0.0

    /// Looks at one more number.
    mutating func add(_ value: Double) {
      largest = max(largest, value.magnitude)
      if areBytes, UInt8(exactly: value) == nil { areBytes = false }
      if areBytes { return }
      if areShorts, Int16(exactly: value) == nil { areShorts = false }
      if areFloats, Double(Float(value)) != value { areFloats = false }
      guard areDecimals else { return }
      // Numerator and power are exact, so that their quotient is the number nearest to what was written.
      while (value * Self.powers[digits]).rounded() / Self.powers[digits] != value {
        digits += 1
        guard digits < Self.powers.count else {
          areDecimals = false
          return
        }
      }
    }

    /// The type.
    var kind: Kind {
      if areBytes { return .bytes }
      if areShorts { return .shorts }
      if areFloats { return .floats }
      guard areDecimals, largest * Self.powers[digits] < 0x1p31 else { return .reals }
      return .decimals(digits)
    }

    /// The divisor of numbers with so many digits after the point.
    static func divisor(_ digits: Int) -> Double { powers[digits] }
  }

  /// Values that are appended one after the other.
  struct Builder {
    private let kind: Kind
    private var bytes: [UInt8] = []
    private var shorts: [Int16] = []
    private var floats: [Float] = []
    private var numerators: [Int32] = []
    private var divisor = 1.0
    private var reals: [Double] = []

    /// Begins with room for all values, so that none is ever moved.
    init(_ kind: Kind, count: Int) {
      self.kind = kind
      switch kind {
      case .bytes: bytes.reserveCapacity(count)
      case .shorts: shorts.reserveCapacity(count)
      case .floats: floats.reserveCapacity(count)
      case .decimals(let digits):
        numerators.reserveCapacity(count)
        divisor = Survey.divisor(digits)
      case .reals: reals.reserveCapacity(count)
      }
    }

    /// Appends a value that the type holds.
    mutating func append(_ value: Double) {
      switch kind {
      case .bytes: bytes.append(UInt8(value))
      case .shorts: shorts.append(Int16(value))
      case .floats: floats.append(Float(value))
      case .decimals: numerators.append(Int32((value * divisor).rounded()))
      case .reals: reals.append(value)
      }
    }

    /// All values.
    var values: Dataset.Values {
      switch kind {
      case .bytes: .bytes(bytes)
      case .shorts: .shorts(shorts)
      case .floats: .floats(floats)
      case .decimals: .decimals(numerators, divisor: divisor)
      case .reals: .reals(reals)
      }
    }
  }
}
