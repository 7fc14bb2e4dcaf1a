extension Double {
  /// The product, or where it is not exact its neighbor above (`.up`) or below (`.down`): a bound of the exact one.
  func multiplied(by factor: Double, rounded rule: FloatingPointRoundingRule) -> Double {
    let product = self * factor
    // The exact error of a rounded product is itself a Double, unless it gets too small for one.
    let isTiny = product.magnitude < 0x1p-900 && self != 0 && factor != 0
    let error = (-product).addingProduct(self, factor)
    if rule == .up, error > 0 || isTiny { return product.nextUp }
    if rule == .down, error < 0 || isTiny { return product.nextDown }
    return product
  }

  /// The quotient by a positive number, or where it is not exact its neighbor above or below.
  func divided(by divisor: Double, rounded rule: FloatingPointRoundingRule) -> Double {
    let quotient = self / divisor
    let isTiny = self != 0 && magnitude < 0x1p-900
    let remainder = self.addingProduct(-quotient, divisor)
    if rule == .up, remainder > 0 || isTiny { return quotient.nextUp }
    if rule == .down, remainder < 0 || isTiny { return quotient.nextDown }
    return quotient
  }
}
