import Claims
import Certification
import Foundation
import TestSupport
import Testing
@testable import Tools

/// Decimals against the digits that the C library prints, and intervals against 128-bit integers.
@Suite("Printed bounds")
struct DecimalTests {
  /// All digits of a number's magnitude, 1,100 of them after the point, by the C library.
  private func digits(_ value: Double) -> String {
    let text = String(format: "%.1100f", value.magnitude)
    return String(repeating: "0", count: 1420 - text.count) + text
  }

  /// The same of a text.
  private func digits(_ text: String) -> String {
    let parts = text.drop { $0 == "-" }.split(separator: "e")
    var (whole, fraction) = (String(parts[0]), "")
    if let point = whole.firstIndex(of: ".") {
      fraction = String(whole[whole.index(after: point)...])
      whole = String(whole[..<point])
    }
    let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    for _ in 0..<max(exponent, 0) {
      whole += fraction.prefix(1).isEmpty ? "0" : fraction.prefix(1)
      fraction = String(fraction.dropFirst())
    }
    if exponent < 0 {
      let padded = String(repeating: "0", count: -exponent) + whole
      fraction = padded.suffix(-exponent) + fraction
      whole = String(padded.dropLast(-exponent))
    }
    let all =
      (whole.isEmpty ? "0" : whole) + "." + fraction.padding(toLength: 1100, withPad: "0", startingAt: 0)
    return String(repeating: "0", count: 1420 - all.count) + all
  }

  /// Whether a decimal is at most a number, exactly.
  private func isAtMost(_ text: String, _ value: Double) -> Bool {
    let (left, right) = (digits(text), digits(value))
    if text.hasPrefix("-") { return value < 0 ? left >= right : true }
    return value < 0 ? left == right : left <= right
  }

  private func isAtLeast(_ text: String, _ value: Double) -> Bool {
    let negated = text.hasPrefix("-") ? String(text.dropFirst()) : "-" + text
    return isAtMost(negated, -value)
  }

  @Test
  func
    `What is rounded down never exceeds the number, what is rounded up never falls short, by a unit at most`()
  {
    var random = TestRandom()
    for trial in 0..<2000 {
      let bits = random.next()
      let small = Double(
        sign: random.oneIn(2) ? .minus : .plus, exponent: random.integer(-40...40),
        significand: Double(random.integer(0...1 << 30)) * 0x1p-20)
      let any = Double(bitPattern: bits)
      let value = trial % 4 == 0 && any.isFinite ? any : small
      let place = trial % 2 == 0 ? random.integer(-14...4) : Int(log10(max(value.magnitude, 1e-300))) - 4
      let (lower, upper) = (
        decimal(value, place: place, rounded: .down), decimal(value, place: place, rounded: .up)
      )
      #expect(isAtMost(lower, value), "\(lower) > \(value) at \(place), \(random)")
      #expect(isAtLeast(upper, value), "\(upper) < \(value) at \(place), \(random)")
      #expect([lower, upper].contains(decimal(value, place: place)), "\(random)")
      if place > -14, place <= 0, value.magnitude < 1e6, let low = Double(lower), let high = Double(upper) {
        #expect(high - low < pow(10, Double(place)) * 1.001 + 1e-9, "\(random)")
      }
    }
  }

  @Test func `Values and places at the edges`() {
    #expect(decimal(0, place: -3, rounded: .up) == "0.000" && decimal(-0.0, place: 0) == "0")
    #expect(decimal(9.9995, place: -3, rounded: .up) == "10.000")
    #expect(decimal(-9.9995, place: -3, rounded: .up) == "-9.999")
    #expect(decimal(-9.9995, place: -3, rounded: .down) == "-10.000")
    // The Double 0.1 is a little more than a tenth.
    #expect(
      decimal(0.1, place: -1, rounded: .up) == "0.2" && decimal(0.1, place: -1, rounded: .down) == "0.1")
    #expect(decimal(2.5, place: 0) == "3" && decimal(-2.5, place: 0) == "-3")
    #expect(decimal(6.3e-12, place: -14, rounded: .down) == "6.30e-12")
    #expect(decimal(.leastNonzeroMagnitude, place: -1, rounded: .up) == "0.1")
    #expect(decimal(.leastNonzeroMagnitude, place: -324, rounded: .down) == "4e-324")
    #expect(decimal(1e300, place: 296, rounded: .up) == "1.0001e300")
    #expect(decimal(12345, place: 2, rounded: .down) == "12300")
    #expect(
      significant(0.3) == "0.300" && significant(1.0 / 3) == "0.333" && significant(0.2999999) == "0.299")
    #expect(
      upward(1e-12) == "1.000e-12" && upward(0) == "0" && outward(-1e-12...2e-12) == "-1.00e-12 … 2.00e-12")
  }

  @Test func `The interval of a regression's outputs holds their exact values`() {
    var random = TestRandom()
    for _ in 0..<5000 {
      // offset = i · 2^-60 and scale = j · 2^-60, so that 128 bits hold offset + output · scale.
      let (i, j) = (random.integer(-(1 << 52)...1 << 52), random.integer(1...1 << 52))
      let map = TargetClaims(offset: Double(i) * 0x1p-60, scale: Double(j) * 0x1p-60)
      let ends = [
        Int32.random(in: .min ... .max, using: &random), Int32.random(in: .min ... .max, using: &random),
      ]
      let outputs = (ends.min() ?? 0)...(ends.max() ?? 0)
      let bounds = map.bounds(outputs)
      let exact = { (output: Int32) in Int128(i) + Int128(output) * Int128(j) }
      #expect(Int128((bounds.lowerBound * 0x1p60).rounded(.up)) <= exact(outputs.lowerBound), "\(random)")
      #expect(Int128((bounds.upperBound * 0x1p60).rounded(.down)) >= exact(outputs.upperBound), "\(random)")
      #expect(
        bounds.contains(map.value(outputs.lowerBound)) && bounds.contains(map.value(outputs.upperBound)))
      let change = UInt32.random(in: 0 ... .max, using: &random)
      #expect(Int128((map.change(change) * 0x1p60).rounded(.down)) >= Int128(change) * Int128(j), "\(random)")
    }
    let whole = TargetClaims(offset: 3, scale: 0.5)
    #expect(whole.bounds(-2...4) == 2...5 && whole.change(0 as UInt32) == 0)
  }

  @Test func `Products and quotients are bounds, and exact ones are themselves`() {
    #expect(0.2.multiplied(by: 2, rounded: .down) == 0.4 && 1.0.divided(by: 4, rounded: .up) == 0.25)
    var random = TestRandom()
    for _ in 0..<5000 {
      let (a, b) = (random.integer(1...1 << 53), random.integer(1...1 << 53))
      let (left, right) = (Double(a), Double(b))
      let exact = Int128(a) * Int128(b)
      #expect(Int128(left.multiplied(by: right, rounded: .down)) <= exact, "\(random)")
      #expect(Int128(left.multiplied(by: right, rounded: .up)) >= exact, "\(random)")
      // q ≤ a / b exactly when q · 2^60 · b ≤ a · 2^60; the quotient's own bits are few enough for that.
      let divisor = random.integer(1...65535)
      let (low, high) = (
        left.divided(by: Double(divisor), rounded: .down), left.divided(by: Double(divisor), rounded: .up)
      )
      #expect(Int128((low * 0x1p40).rounded(.up)) * Int128(divisor) <= Int128(a) << 40, "\(random)")
      #expect(Int128((high * 0x1p40).rounded(.down)) * Int128(divisor) >= Int128(a) << 40, "\(random)")
    }
  }

  /// `NAME VALUE, within LOWER … UPPER, output LOGITS` against the numbers of `--json`.
  @Test(arguments: ["regression-bounds-printed-inward", "regression-tiny-target-bounds-print-0"])
  func `Printed bounds contain the proved ones, in units of any size`(_ name: String) throws {
    let folder = try TestFolder()
    try FileManager.default.copyItem(
      at: Checkout.root.appending(path: "Tests/Vectors/cases/\(name).csv"),
      to: folder.url.appending(path: "d.csv"))
    let input = ["net.h", "--input", "d.csv", "--within", "300"]
    for arguments in [
      [
        "train", "--data", "d.csv", "--target", "t", "--hidden", "8", "--epochs", "10", "--out",
        "m.safetensors",
      ],
      ["export", "m.safetensors", "--name", "net", "--out", "net.h"],
    ] {
      let result = try folder.supnorm(arguments)
      #expect(result.status == 0, "\(result.errorOutput)")
    }
    let lines = try folder.supnorm(["predict"] + input).output.split(separator: "\n")
    let predictions = try #require(
      try folder.supnorm(["predict", "--json"] + input).json()["predictions"] as? [[String: Any]])
    #expect(lines.count == 100 && predictions.count == 100)
    for (line, prediction) in zip(lines, predictions) {
      let match = try #require(line.firstMatch(of: #/^t (\S+), within (\S+) … (\S+), output /#), "\(line)")
      let ends = (prediction["lowerValue"] as? Double ?? .nan, prediction["upperValue"] as? Double ?? .nan)
      #expect(isAtMost(String(match.2), ends.0) && isAtLeast(String(match.3), ends.1), "\(line)")
      #expect((prediction["lowerValues"] as? [Double]) == [ends.0])
      // Enough digits: the printed interval is hardly wider.
      let width = (Double(match.3) ?? .nan) - (Double(match.2) ?? .nan)
      #expect(width <= 1.03 * (ends.1 - ends.0), "\(line)")
      let value = Double(match.1) ?? .nan
      #expect(value >= Double(match.2) ?? .nan && value <= Double(match.3) ?? .nan, "\(line)")
    }
    let evaluate = try folder.supnorm(["evaluate", "net.h", "--data", "d.csv"])
    #expect(evaluate.errorOutput.hasPrefix("--epsilon 0.01,0.02: mapped units, of which"))
    let json = try folder.supnorm(["evaluate", "net.h", "--data", "d.csv", "--json"]).json()
    let radii = try #require(json["radii"] as? [[String: Any]])
    let rows = evaluate.output.split(separator: "\n").dropFirst(2).map { $0.split(separator: "±") }
    #expect(rows.count == 2 && radii.count == 2)
    for (row, radius) in zip(rows, radii) {
      for (cell, key) in zip(row.dropFirst(), ["meanLocalChange", "largestLocalChange", "changeBound"]) {
        let text = cell.trimmingCharacters(in: .whitespaces)
        let bound = radius[key] as? Double ?? .nan
        #expect(bound > 0 && isAtLeast(text, bound) && (Double(text) ?? 0) < 1.01 * bound, "\(text) \(key)")
      }
    }
  }
}
