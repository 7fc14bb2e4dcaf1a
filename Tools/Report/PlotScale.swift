internal import Foundation

/// A place on an axis with its label, and a second label below it where the axis has two units.
struct PlotTick {
  var value: Double
  var label: String
  var secondLabel: String?
}

/// Maps a range of numbers to a range of pixels.
struct PlotScale {
  var domain: ClosedRange<Double>
  var start: Double
  var end: Double

  func callAsFunction(_ value: Double) -> Double {
    let span = domain.upperBound - domain.lowerBound
    return span > 0 ? start + (value - domain.lowerBound) / span * (end - start) : start
  }
}

/// The step 1, 2 or 5 times a power of ten that cuts `span` in about `count` parts.
func niceStep(_ span: Double, about count: Int) -> (step: Double, digits: Int) {
  guard span > 0, span.isFinite else { return (1, 0) }
  let raw = span / Double(max(count, 1))
  let exponent = floor(log10(raw))
  let power = pow(10, exponent)
  let factor = [1.0, 2, 5, 10].first { $0 * power >= raw * 0.999 } ?? 10
  let digits = max(0, Int(-exponent) - (factor == 10 ? 1 : 0))
  return (factor * power, digits)
}

/// Round numbers within the range, about `count` of them.
func niceTicks(_ range: ClosedRange<Double>, about count: Int) -> [PlotTick] {
  let (step, digits) = niceStep(range.upperBound - range.lowerBound, about: count)
  // Beyond that, neighboring ticks would be one number.
  guard max(range.lowerBound.magnitude, range.upperBound.magnitude) / step < 1e15 else { return [] }
  let first = Int((range.lowerBound / step - 1e-9).rounded(.up))
  let last = Int((range.upperBound / step + 1e-9).rounded(.down))
  guard first <= last else { return [] }
  return (first...last).map { index in
    let value = Double(index) * step
    let isWhole = digits == 0 && value.magnitude < 1e15
    let label = isWhole ? grouped(Int(value)) : digits == 0 ? "\(value)" : decimal(value, place: -digits)
    return PlotTick(value: value, label: label)
  }
}

/// An estimate of a label's width in pixels; system fonts differ, so it is on the generous side.
func labelWidth(_ text: String, size: Double = 12, isBold: Bool = false) -> Double {
  Double(text.count) * size * (isBold ? 0.64 : 0.58)
}
