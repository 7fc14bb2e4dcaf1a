internal import Certification
internal import Quantization
internal import Training

/// How the features of a data set become inputs, settled before anything is trained: the map, and what is not read.
struct InputPlan {
  /// The map of all features.
  var map: InputMap
  /// The tolerance of each feature in its own unit; empty when none are declared.
  var tolerances: [Double]
  /// The features that change in the data.
  var selection: FeatureSelection

  /// Fits the map to the data, states the readings that were asked for, and proves that the integer maps exist.
  ///
  /// - Parameters:
  ///   - readings: the units of `--reading` by feature, nil for none; the others are taken from the data's own grid.
  /// - Throws: a feature for which there is no integer map: column, range and remedy.
  init(_ data: Dataset, tolerances: [Double] = [], readings: [Int: ReadingUnit?] = [:]) throws {
    self.tolerances = tolerances
    guard
      let fitted = tolerances.isEmpty
        ? InputMap.fitted(to: data) : InputMap.fitted(to: data, tolerances: tolerances)
    else {
      throw CommandError.usage("--tolerance: the smallest one is below one LSB, 1/32767 of half its range")
    }
    map = fitted
    let constant = data.constantFeatures
    guard constant.count < data.featureCount else {
      throw CommandError.usage("--data: no feature changes in the data, there is nothing to learn from")
    }
    selection = FeatureSelection(dropping: constant, of: data.featureCount)
    try state(readings, of: data)
    try proveIntegerMaps(of: data)
  }

  /// The radius of the tolerances in mapped units, the natural one to train for; nil without tolerances.
  var toleranceEpsilon: Float? {
    tolerances.firstIndex { $0 > 0 }.map { Float(tolerances[$0] * map.scales[$0]) }
  }

  /// Says what a user should know before training: features that are never read, and those that only hosts can encode.
  func announce(_ data: Dataset) {
    let constant = selection.dropped.map { data.columnName($0) }
    if !constant.isEmpty {
      Console.message("never read, since they do not change in the data: \(listing(constant))")
    }
    let hostOnly = map.readings.indices.filter { map.readings[$0] == nil }.map {
      data.imageSize == nil ? data.columnName($0) : "the pixels"
    }
    if !hostOnly.isEmpty {
      Console.message(
        "host only, since the values are no whole readings of 32 bits: \(listing(hostOnly)) (supnorm_encode refuses them; --reading NAME=UNIT states what one reading is worth)"
      )
    }
  }

  private func listing(_ names: [String]) -> String {
    names.prefix(8).joined(separator: ", ") + (names.count > 8 ? ", … (\(names.count) in all)" : "")
  }

  private mutating func state(_ readings: [Int: ReadingUnit?], of data: Dataset) throws(CommandError) {
    // Gray levels, of which there may be many millions, are readings by their type.
    if readings.isEmpty, map.readings == [.whole], data.values.areBytes { return }
    for (feature, unit) in readings { map.readings[map.readings.count == 1 ? 0 : feature] = unit }
    let ranges = data.featureRanges
    for (index, unit) in map.readings.enumerated() {
      let range = map.readings.count == 1 ? data.wholeRange : ranges[index]
      let ends = [range.lowerBound, range.upperBound]
      let isReached = map.encoded(ends[0], feature: index) < map.encoded(ends[1], feature: index)
      // Below about 1e-303 the LSB for each unit of the value are beyond all numbers, and the export would fail.
      if ends[0] < ends[1], !isReached || !(map.scales[index] * Double(map.unit)).isFinite {
        throw .usage(
          "--data: column '\(data.columnName(index))', \(ends[0]) … \(ends[1]): too narrow for a map; multiply it by a constant"
        )
      }
      if unit == nil, readings[index] == nil, !ends.allSatisfy(ReadingUnit.whole.holds), data.isWhole(index) {
        throw noMap(data, index, range, "whole numbers beyond the 32 bits of a reading")
      }
      if let unit, !ends.allSatisfy(unit.holds) {
        throw noMap(data, index, range, "readings of value · \(unit) leave 32 bits")
      }
    }
  }

  private func proveIntegerMaps(of data: Dataset) throws {
    do {
      _ = try map.featureClaims()
    } catch QuantizationError.noIntegerMap(let feature, let readings) {
      let range = map.readings.count == 1 ? data.wholeRange : data.featureRanges[feature]
      throw noMap(
        data, feature, range,
        "readings of value · \(readings) have no integer map of 32 bits within half an LSB of the real one")
    }
  }

  private func noMap(
    _ data: Dataset, _ feature: Int, _ range: ClosedRange<Double>, _ problem: String
  ) -> CommandError {
    let name = data.columnName(feature)
    return .usage(
      "--data: column '\(name)', \(plain(range.lowerBound)) … \(plain(range.upperBound)): \(problem); take a base off the column, give it a coarser unit (--reading '\(name)=UNIT'), or leave it to hosts (--reading '\(name)=none')"
    )
  }
}

/// A number without a fraction that is zero.
private func plain(_ value: Double) -> String { Int(exactly: value).map { "\($0)" } ?? "\(value)" }
