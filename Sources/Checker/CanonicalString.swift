internal import Claims

// The canonical byte string of a header and its CRC-32, as the article "Header format" specifies them.

/// The CRC-32 of the whole string and of its first record.
///
/// - Precondition: the shapes, rows and input maps of the claims hold.
func canonicalChecksums(of claims: ModelClaims) -> (all: Int, head: Int) {
  var string = CanonicalString()
  string.record(1) { string in
    for value in [claims.formatVersion, claims.layers.count, claims.inputs, claims.outputs] {
      string.feed(value, bytes: 2)
    }
    string.feed(claims.unit, bytes: 4)
    for value in [claims.inputMinimum, claims.inputMaximum] { string.feed(value, bytes: 2) }
    for value in [claims.scratchBytes, claims.inferScratchBytes] { string.feed(value, bytes: 4) }
    let task = claims.task == .regression ? 1 : 0
    for value in [task, claims.toleranceLSB, claims.features.count, claims.residualInputs.count] {
      string.feed(value, bytes: 2)
    }
  }
  let head = string.checksum
  string.record(2) { string in for input in claims.residualInputs { string.feed(input, bytes: 2) } }
  for layer in claims.layers { string.feed(layer) }
  string.record(3) { string in
    for bound in claims.bounds {
      string.feed(bound.slope, bytes: 4)
      string.feed(bound.offset, bytes: 4)
    }
  }
  string.record(4) { string in
    for map in claims.features {
      for value in [map.origin, map.multiplier, map.addend, map.shift] { string.feed(value, bytes: 4) }
    }
  }
  return (string.checksum, head)
}

/// A CRC-32 by the division of the whole message, one bit at a time from the front.
struct CanonicalString {
  private var remainder: UInt32 = 0xFFFF_FFFF
  /// The payload of the record that is being counted; nil while bytes are fed.
  private var counted: Int?

  var checksum: Int { Int(remainder ^ 0xFFFF_FFFF) }

  mutating func feed(_ value: Int, bytes: Int) {
    if let count = counted {
      counted = count + bytes
      return
    }
    for bit in 0..<8 * bytes {
      let message = UInt32(truncatingIfNeeded: value >> bit) & 1
      let isDivided = (remainder & 1) != message
      remainder >>= 1
      if isDivided { remainder ^= 0xEDB8_8320 }
    }
  }

  /// Kind, length, payload; the payload is walked once to be counted and once to be fed.
  mutating func record(_ kind: Int, _ payload: (inout CanonicalString) -> Void) {
    counted = 0
    payload(&self)
    let length = counted ?? 0
    counted = nil
    feed(kind, bytes: 2)
    feed(length, bytes: 4)
    payload(&self)
  }

  mutating func feed(_ layer: LayerClaims) {
    let rules = layer.rules
    record(16) { string in
      for value in [rules.code.kind, activationNumber(layer.activation), layer.shift, rules.code.layout] {
        string.feed(value, bytes: 1)
      }
      for value in [layer.rowCount, layer.columns] { string.feed(value, bytes: 2) }
      for value in [layer.rowSumBound, rules.storage(layer).entries] { string.feed(value, bytes: 4) }
      for value in [rules.inputRange.low, rules.inputRange.high] { string.feed(value, bytes: 2) }
      for value in [layer.activation.table?.gain ?? 0, layer.activation.table?.shift ?? 0] {
        string.feed(value, bytes: 2)
      }
    }
    rules.feed(layer, into: &self)
    layer.activation.table?.feed(into: &self)
  }
}

/// The number of an activation in a header.
private func activationNumber(_ activation: IntegerActivation) -> Int {
  switch activation {
  case .identity: 0
  case .relu: 1
  case .abs: 2
  case .maxMin: 3
  case .sort: 4
  case .negate: 5
  case .smooth: 6
  }
}
