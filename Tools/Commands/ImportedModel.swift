internal import FileAccess
internal import Foundation
internal import Files
internal import Quantization
internal import Training

/// A model to export, with what the data of another program's model gave.
struct ImportedModel {
  var model: FloatModel
  /// Whether another program wrote it.
  var isForeign: Bool
  /// The test part of `--data`, its classes numbered as the outputs; nil without, and for a model of our own.
  var data: Dataset?

  /// Reads the model of `export`.
  ///
  /// - Throws: options or data that do not fit it, in one line.
  init(_ path: String, _ arguments: Arguments) throws {
    let content = try Safetensors(path: path)
    isForeign = content.isForeign
    guard isForeign else {
      if let option = ForeignOptions.options.first(where: { arguments.has($0.name) }) {
        throw CommandError.usage("\(option.name): \(path) is a model of supnorm and states its own")
      }
      model = try FloatModel(content, path: path)
      return
    }
    var conventions = try ForeignOptions.layerConventions(arguments, content)
    conventions.unit = try arguments.integer("--unit", 1...32767)
    conventions.target = try Self.target(arguments)
    var columns = try ColumnChoice(arguments)
    columns.features = arguments.list("--features")
    columns.target = arguments.string("--target")
    columns.classNames = arguments.list("--classes")
    let source = arguments.string("--data")
    data = try source.map { try DataSource.load($0, part: .test, columns: columns) }
    let sight = try InputSight(arguments, names: data?.featureNames ?? []) {
      try source.map { try DataSource.load($0, part: .train, columns: columns) }
    }
    try sight.set(&conventions)
    if let data, sight.isUnstated { try Self.requireBytes(data) }
    model = try ForeignOptions.model(content, conventions, path)
    model.scaleLastLayer()
    let (inputs, outputs) = (
      model.network.layers[0].columns, model.network.layers[model.network.layers.count - 1].rows
    )
    if sight.names.count == inputs { model.featureNames = sight.names }
    // Before a column of the data is looked at by the number of an input.
    if let data, data.featureCount != inputs {
      throw CommandError.usage("--data: \(data.featureCount) features, the model has \(inputs) inputs")
    }
    try Self.stateReadings(&model.inputMap, of: conventions.ranges, data, arguments)
    if let name = columns.target { model.targetNames = [name] }
    if let classes = columns.classNames {
      guard classes.count == outputs, columns.target == nil else {
        throw CommandError.usage("--classes: \(classes.count) names, the model has \(outputs) outputs")
      }
      model.classNames = classes
    }
    guard var data else { return }
    if columns.target == nil { try Self.number(&data, outputs, &model, isStated: columns.classNames != nil) }
    model.examples = data.spreadExamples
    self.data = data
  }

  /// The readings that the data or `--reading` have; without data whole numbers, where the range is made of them.
  ///
  /// What has no integer map is left to hosts.
  private static func stateReadings(
    _ map: inout InputMap, of ranges: [ClosedRange<Double>], _ data: Dataset?, _ arguments: Arguments
  ) throws {
    if let data {
      map = map.reading(data)
      let stated = try arguments.string("--reading").map { try Readings.parse($0, for: data) } ?? [:]
      for (feature, unit) in stated { map.readings[map.readings.count == 1 ? 0 : feature] = unit }
    } else {
      guard !arguments.has("--reading") else { throw CommandError.usage("--reading goes with --data") }
      map.readings = ranges.map { range in
        let ends = [range.lowerBound, range.upperBound]
        return ends.allSatisfy { $0 == $0.rounded() } && ends[1] - ends[0] > 1 ? .whole : nil
      }
    }
    map = map.withoutImpossibleReadings
    let count = map.readings.count { $0 == nil }
    if count > 0 {
      Console.message(
        "host only: \(count) of \(map.readings.count) input maps have no whole readings of 32 bits (supnorm_encode refuses them; --data and --reading NAME=UNIT state what one reading is worth)"
      )
    }
  }

  private static func target(_ arguments: Arguments) throws -> TargetMap? {
    let numbers = try arguments.reals("--target-map", -1e30...1e30)
    guard arguments.has("--target") else {
      if numbers != nil { throw CommandError.usage("--target-map goes with --target") }
      return nil
    }
    let map = numbers ?? [0, 1]
    guard map.count == 2, map[1] > 0 else {
      throw CommandError.usage(
        "--target-map '\(arguments.string("--target-map") ?? "")': not an offset and a positive scale")
    }
    return TargetMap(offset: map[0], scale: map[1])
  }

  /// Refuses to take other numbers than bytes as 0…255, which nobody stated.
  private static func requireBytes(_ data: Dataset) throws(CommandError) {
    if case .bytes = data.values { return }
    let values = (0..<data.count).lazy.flatMap { sample in
      (0..<data.featureCount).lazy.map { data.value(sample: sample, feature: $0) }
    }
    guard let value = values.first(where: { UInt8(exactly: $0) == nil }) else { return }
    throw .usage(
      "--range is needed: --data has \(value), and the file does not say how its network saw such values; LO,HI for all, data for the range of each column, or a table name,min,max (and --mean, --std likewise)"
    )
  }

  /// Numbers the classes of the data as the outputs are: numbers are the outputs themselves where all are some, and
  /// as many classes as outputs are taken in their order.
  private static func number(
    _ data: inout Dataset, _ outputs: Int, _ model: inout FloatModel, isStated: Bool
  ) throws(CommandError) {
    if isStated {
      guard data.labels.allSatisfy({ $0 < outputs }) else {
        throw .usage("--data: label \(data.labels.max() ?? 0), the model has \(outputs) outputs")
      }
      return
    }
    let occurring = Set(data.labels)
    let names = data.classNames.enumerated().map { index, name in occurring.contains(index) ? name : nil }
    let numbers = names.map { name in name.flatMap { Int($0) } }
    if zip(names, numbers).allSatisfy({ name, number in
      name == nil || number.map { (0..<outputs).contains($0) } ?? false
    }) {
      data.labels = data.labels.map { numbers.indices.contains($0) ? numbers[$0] ?? $0 : $0 }
      data.classNames = (0..<outputs).map(String.init)
    } else if data.classNames.count == outputs {
      let list = data.classNames.prefix(12).joined(separator: ", ")
      Console.message(
        "\(FileError("--data", "the outputs are taken as \(list)\(outputs > 12 ? ", …" : "") in this order; --classes states another"))"
      )
    } else {
      let largest = numbers.compactMap(\.self).max().map { "label \($0)" }
      throw .usage(
        "--data: \(largest ?? "\(data.classNames.count) classes"), the model has \(outputs) outputs; --classes NAME,… names theirs in order"
      )
    }
    model.classNames = data.classNames
  }
}
