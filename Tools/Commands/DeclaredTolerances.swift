internal import Claims

extension LoadedHeader {
  /// What the tolerances of a header mean, as a paragraph; empty when there are none.
  var toleranceText: String {
    guard claims.toleranceLSB > 0 else { return "" }
    return "\n\n\(claims.toleranceLSB) LSB hold for "
      + tolerances(times: 1).joined(separator: ", ") + ", all at once"
  }

  /// The declared tolerances times a factor, as `mean_radius ±0.2`; at most so many of them.
  func tolerances(times factor: Double, atMost limit: Int = 8) -> [String] {
    let declared = claims.tolerances.enumerated().filter { $0.element > 0 }
    let shown = declared.prefix(limit).map { index, tolerance in
      "\(claims.inputName(index)) ±\(significant(tolerance.multiplied(by: factor, rounded: .down)))"
    }
    return shown + (declared.count > limit ? ["… (\(declared.count) in all)"] : [])
  }
}
