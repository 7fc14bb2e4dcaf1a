internal import Certification
internal import Training

/// What `--reading` says: `temperature=0.1,count=1,level=2^-10,score=none`.
enum Readings {
  /// Parses the option against the features of a data set.
  ///
  /// UNIT is what one reading is worth in the column's own unit: a power of ten or two (0.01, 1e-3, 10^-2, 2^-10, 1/1024),
  /// or none for a column that only hosts encode. `*` stands for all features that are not named.
  static func parse(_ text: String, for data: Dataset) throws(CommandError) -> [Int: ReadingUnit?] {
    let stated = try NamedValues("--reading", text, noun: "unit", names: data.featureNames)
    var units: [Int: ReadingUnit?] = [:]
    for feature in 0..<data.featureCount {
      guard let value = stated[feature] else { continue }
      units.updateValue(try unit(value, name: data.columnName(feature)), forKey: feature)
    }
    return units
  }

  private static func unit(_ text: String, name: String) throws(CommandError) -> ReadingUnit? {
    if text == "none" { return nil }
    let parts = text.split(separator: "^", omittingEmptySubsequences: false)
    if parts.count == 2, let base = Int(parts[0]), let power = Int(parts[1]), -60...30 ~= power,
      let unit = ReadingUnit(base: base, exponent: -power)
    {
      return unit
    }
    let value = Epsilon(text)?.value ?? Double(text) ?? 0
    for (base, exponents) in [(10, -9...15), (2, -30...60)] {
      for exponent in exponents {
        if let unit = ReadingUnit(base: base, exponent: exponent), unit.value(of: 1) == value { return unit }
      }
    }
    throw .usage(
      "--reading '\(name)=\(text)': not a power of ten from 1e-15 to 1e9 or of two from 2^-60 to 2^30, nor none"
    )
  }
}
