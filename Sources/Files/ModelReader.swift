internal import FileAccess
import Foundation
internal import Training

/// What reads tensors and metadata, and names those that do not fit.
struct ModelReader {
  var content: Safetensors
  var path: String

  func fail(_ place: String, _ problem: String) -> FileError { FileError(path, place: place, problem) }

  // MARK: Metadata

  func text(_ key: String) throws(FileError) -> String {
    guard let value = content.metadata[key] else { throw fail("metadata", "key \(quoted(key)) is missing") }
    return value
  }

  func integer(_ key: String, in range: ClosedRange<Int>) throws(FileError) -> Int {
    let value = try text(key)
    guard let number = Int(value), range.contains(number) else {
      throw fail("metadata \(key)", "\(quoted(value)) is not an integer in \(range)")
    }
    return number
  }

  /// The array under a key, empty when there is no such key.
  func json<Element: Decodable>(_ key: String, as type: [Element].Type) throws(FileError) -> [Element] {
    guard let value = content.metadata[key] else { return [] }
    do {
      return try JSONDecoder().decode(type, from: Data(value.utf8))
    } catch {
      throw fail("metadata \(key)", (error as? DecodingError)?.place ?? "not JSON")
    }
  }

  func names(_ key: String, count: Int) throws(FileError) -> [String] {
    let names = try json(key, as: [String].self)
    guard names.isEmpty || names.count == count else {
      throw fail("metadata \(key)", "\(names.count) names, the network has \(count)")
    }
    return names
  }

  func curve() throws(FileError) -> [TrainingPoint] {
    try json("curve", as: [CurvePoint].self).map {
      TrainingPoint(
        epoch: $0.epoch, loss: $0.loss, accuracy: $0.accuracy, verifiedAccuracy: $0.verifiedAccuracy,
        validation: $0.validation, penalty: $0.penalty)
    }
  }

  // MARK: Tensors

  /// A tensor of the given shape, all elements finite; nil stands for any size from 1 to 65535.
  func tensor(_ name: String, shape: [Int?]) throws(FileError) -> Safetensors.Tensor {
    guard let tensor = content.tensors[name] else { throw FileError(path, "tensor \(name) is missing") }
    let fits =
      tensor.shape.count == shape.count
      && zip(tensor.shape, shape).allSatisfy { $0 == $1 ?? $0 && (1...65535).contains($0) }
    guard fits else {
      let expected = shape.map { $0.map(String.init) ?? "1...65535" }.joined(separator: ", ")
      throw fail("tensor \(name)", "shape \(tensor.shape), [\(expected)] expected")
    }
    let badIndex =
      switch tensor.elements {
      case .float32(let values): values.firstIndex { !$0.isFinite }
      case .float64(let values): values.firstIndex { !$0.isFinite }
      }
    if let badIndex {
      let last = tensor.shape[tensor.shape.count - 1]
      let place = shape.count == 2 ? "\(badIndex / last), \(badIndex % last)" : "\(badIndex)"
      throw fail("tensor \(name)[\(place)]", "\(tensor.elements.doubles[badIndex]) is not finite")
    }
    return tensor
  }

  func targets(outputs: Int) throws(FileError) -> [TargetMap] {
    guard content.tensors["target.offset"] != nil || content.tensors["target.scale"] != nil else { return [] }
    let offsets = try tensor("target.offset", shape: [outputs]).elements.doubles
    let scales = try tensor("target.scale", shape: [outputs]).elements.doubles
    if let index = scales.firstIndex(where: { $0 <= 0 }) {
      throw fail("tensor target.scale[\(index)]", "\(scales[index]) is not positive")
    }
    return zip(offsets, scales).map { TargetMap(offset: $0, scale: $1) }
  }

  func tolerances(inputs: Int) throws(FileError) -> [Double] {
    guard content.tensors["input.tolerance"] != nil else { return [] }
    let tolerances = try tensor("input.tolerance", shape: [inputs]).elements.doubles
    if let index = tolerances.firstIndex(where: { $0 < 0 }) {
      throw fail("tensor input.tolerance[\(index)]", "\(tolerances[index]) is negative")
    }
    return tolerances
  }

  func inputMap(inputs: Int) throws(FileError) -> InputMap {
    let offsets = try tensor("input.offset", shape: [nil])
    guard offsets.elements.count == 1 || offsets.elements.count == inputs else {
      throw fail("tensor input.offset", "shape \(offsets.shape), [1] or [\(inputs)] expected")
    }
    let scales = try tensor("input.scale", shape: offsets.shape)
    if let index = scales.elements.doubles.firstIndex(where: { $0 <= 0 }) {
      throw fail("tensor input.scale[\(index)]", "\(scales.elements.doubles[index]) is not positive")
    }
    let minimum = try integer("input_min", in: -32768...32767)
    return InputMap(
      offsets: offsets.elements.doubles, scales: scales.elements.doubles,
      readings: try readings(count: offsets.elements.count),
      unit: try integer("unit", in: 1...32768), minimumLSB: minimum,
      maximumLSB: try integer("input_max", in: minimum...32767))
  }

  /// The units of readings, `10^0,10^2,host`; whole numbers when the file says nothing.
  func readings(count: Int) throws(FileError) -> [ReadingUnit?]? {
    guard let list = content.metadata["readings"] else { return nil }
    let names = list.split(separator: ",", omittingEmptySubsequences: false)
    guard names.count == count else {
      throw fail("metadata readings", "\(names.count) units for \(count) input maps")
    }
    var units: [ReadingUnit?] = []
    for name in names {
      let unit = ReadingUnit(name)
      guard unit != nil || name == ModelFormat.hostOnly else {
        throw fail(
          "metadata readings",
          "\(quoted(String(name))) is neither a unit such as 10^2 nor \(ModelFormat.hostOnly)")
      }
      units.append(unit)
    }
    return units
  }

  /// The inputs that are never read: their weights are zero.
  func unreadInputs(of layer: FloatLayer) throws(FileError) -> [Int] {
    guard let list = content.metadata["unread_inputs"] else { return [] }
    var inputs: [Int] = []
    for name in list.split(separator: ",", omittingEmptySubsequences: false) {
      guard let input = Int(name), input > inputs.last ?? -1, input < layer.columns else {
        throw fail("metadata unread_inputs", "\(quoted(String(name))) is no input, in increasing order")
      }
      let isRead = (0..<layer.rows).contains { layer.weights[$0 * layer.columns + input] != 0 }
      guard !isRead else { throw fail("metadata unread_inputs", "input \(input) has weights") }
      inputs.append(input)
    }
    guard inputs.count < layer.columns else { throw fail("metadata unread_inputs", "all inputs") }
    return inputs
  }

  func examples(inputs: Int) throws(FileError) -> [[Double]] {
    guard content.tensors["examples"] != nil else { return [] }
    let values = try tensor("examples", shape: [nil, inputs]).elements.doubles
    return stride(from: 0, to: values.count, by: inputs).map { Array(values[$0..<$0 + inputs]) }
  }
}

private struct CurvePoint: Decodable {
  var epoch: Int
  var loss: Double
  var accuracy: Double
  var verifiedAccuracy: Double?
  var validationAccuracy: Double?
  var validationVerifiedAccuracy: Double?
  var validationAttackedAccuracy: Double?
  var lambda: Float?
  var quotient: Double?

  var validation: ValidationScore? {
    validationAccuracy.map {
      ValidationScore(
        accuracy: $0, verifiedAccuracy: validationVerifiedAccuracy,
        attackedAccuracy: validationAttackedAccuracy)
    }
  }

  var penalty: PenaltyPoint? { lambda.map { PenaltyPoint(lambda: $0, quotient: quotient) } }
}
