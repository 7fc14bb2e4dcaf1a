internal import Training

/// How the fraction of a number is set off.
enum DecimalMark: UInt8 {
  case comma = 44
  case point = 46
}

/// The number that some bytes of text write, which may be infinite or not a number; nil when they are something else.
///
/// - Complexity: O(1): no more than 1,000 bytes are a number.
func csvNumber(_ content: ArraySlice<UInt8>, _ mark: DecimalMark = .point) -> Double? {
  // The bound keeps the conversion of a hostile cell from taking long; no number needs as much.
  guard (1...1000).contains(content.count) else { return nil }
  if let value = shortNumber(content, mark) { return value }
  var content = Array(content)
  if mark == .comma {
    guard !content.contains(DecimalMark.point.rawValue) else { return nil }
    for (index, byte) in content.enumerated() where byte == mark.rawValue {
      content[index] = DecimalMark.point.rawValue
    }
  }
  let text = String(decoding: content, as: UTF8.self)
  let isDecimal = content.allSatisfy { 48...57 ~= $0 || "+-.eE".utf8.contains($0) }
  let isWord = ["nan", "inf", "infinity"].contains(text.lowercased().drop { $0 == "+" || $0 == "-" })
  return isDecimal || isWord ? Double(text) : nil
}

/// Digits with or without a sign and a fraction, at most 15 of them: whole number and power of ten are then exact,
/// so that their quotient is the nearest number, as it shall be.
private func shortNumber(_ content: ArraySlice<UInt8>, _ mark: DecimalMark) -> Double? {
  guard content.count <= 17 else { return nil }
  var (digits, count, fraction) = (0, 0, -1)
  var rest = content
  let isNegative = rest.first == 45
  if isNegative || rest.first == 43 { rest = rest.dropFirst() }
  for byte in rest {
    if byte == mark.rawValue, fraction < 0, count > 0 {
      fraction = 0
      continue
    }
    guard 48...57 ~= byte, count < 15 else { return nil }
    digits = digits * 10 + Int(byte - 48)
    count += 1
    if fraction >= 0 { fraction += 1 }
  }
  guard count > 0, fraction != 0 else { return nil }
  let value = fraction < 0 ? Double(digits) : Double(digits) / powersOfTen[fraction]
  return isNegative ? -value : value
}

private let powersOfTen: [Double] = [
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
]

/// The whole number that a text writes in any spelling, `07`, `7.0` and `7e0` alike; nil for other texts, and beyond
/// 2^53, where numbers are no longer told apart.
func wholeNumber(_ text: String, _ mark: DecimalMark = .point) -> Int? {
  guard let value = csvNumber(Array(text.utf8)[...], mark), value.magnitude < 0x1p53 else { return nil }
  return Int(exactly: value)
}
