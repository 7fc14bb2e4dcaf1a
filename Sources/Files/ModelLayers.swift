internal import FileAccess
internal import Training

// The layers of a model's file and what stands beside them.

extension ModelReader {
  func layers() throws(FileError) -> [FloatLayer] {
    var layers: [FloatLayer] = []
    var known: Set = [
      "input.offset", "input.scale", "input.tolerance", "examples", "residual.weight", "target.offset",
      "target.scale",
    ]
    repeat {
      let weightName = "layers.\(layers.count).weight"
      let biasName = "layers.\(layers.count).bias"
      let weights = try tensor(weightName, shape: [nil, layers.last?.rows])
      let biases = try tensor(biasName, shape: [weights.shape[0]])
      let layer = FloatLayer(
        rows: weights.shape[0], columns: weights.shape[1], weights: weights.elements.floats,
        biases: biases.elements.floats, rowSumBound: nil)
      guard layer.weights.allSatisfy(\.isFinite), layer.biases.allSatisfy(\.isFinite) else {
        throw FileError(path, place: "layers.\(layers.count)", "a number beyond the range of 32-bit floats")
      }
      layers.append(layer)
      known.formUnion([weightName, biasName])
    } while content.tensors["layers.\(layers.count).weight"] != nil
    // A tensor that is passed over could be one that changes what the network computes.
    if let stranger = content.tensors.keys.filter({ !known.contains($0) }).min() {
      throw fail("tensor \(stranger)", "not part of a model of \(layers.count) layers")
    }
    try setKinds(of: &layers)
    for norm in WeightNorm.allCases { try setBounds(norm, of: &layers) }
    return layers
  }

  /// The bounds on a norm of the layers, `1.0,free`; all free when the file says nothing.
  private func setBounds(_ norm: WeightNorm, of layers: inout [FloatLayer]) throws(FileError) {
    let key = ModelFormat.boundsKey(norm)
    guard let list = content.metadata[key] else { return }
    let place = "metadata \(key)"
    let bounds = list.split(separator: ",", omittingEmptySubsequences: false)
    guard bounds.count == layers.count else {
      throw fail(place, "\(bounds.count) bounds for \(layers.count) layers")
    }
    for (index, text) in bounds.enumerated() where text != "free" {
      guard let bound = Float(text), bound.isFinite, bound > 0 else {
        throw fail(place, "\(quoted(String(text))) is neither free nor a positive number")
      }
      guard layers[index].kind == .dense else {
        throw fail(place, "layer \(index) is one of distances, free expected")
      }
      guard layers[index].normBound == nil else {
        throw fail(place, "layer \(index) has a bound on another norm, too")
      }
      layers[index].normBound = NormBound(norm, bound)
    }
  }

  /// The kinds of the layers, `distance,distance,dense`; all dense when the file says nothing.
  func setKinds(of layers: inout [FloatLayer]) throws(FileError) {
    guard let list = content.metadata["layer_kinds"] else { return }
    let place = "metadata layer_kinds"
    let names = list.split(separator: ",", omittingEmptySubsequences: false)
    guard names.count == layers.count else {
      throw fail(place, "\(names.count) kinds for \(layers.count) layers")
    }
    for (index, name) in names.enumerated() {
      guard let kind = LayerKind(rawValue: String(name)) else {
        let known = LayerKind.allCases.map(\.rawValue).joined(separator: ", ")
        throw fail(place, "\(quoted(String(name))) is not one of \(known)")
      }
      guard
        kind == .distance || index == layers.count - 1 || layers[...index].allSatisfy({ $0.kind == .dense })
      else { throw fail(place, "layer \(index) is dense behind distances, only the last one may be") }
      guard kind == .dense || index == 0 || layers[index - 1].kind == .distance else {
        throw fail(place, "layer \(index) is one of distances behind a dense one")
      }
      layers[index].kind = kind
    }
  }

  /// The inputs in which every output is said to be convex; the exporter proves it.
  func convexInputs(inputs: Int) throws(FileError) -> [Int] {
    guard let list = content.metadata["convex_inputs"] else { return [] }
    var result: [Int] = []
    for name in list.split(separator: ",", omittingEmptySubsequences: false) {
      guard let input = Int(name), (0..<inputs).contains(input), input > result.last ?? -1 else {
        throw fail(
          "metadata convex_inputs",
          "\(quoted(String(name))) is not one of \(inputs) inputs in increasing order")
      }
      result.append(input)
    }
    return result
  }

  /// The residual terms: `+3,-7` names the inputs, rising or falling, `+3:1` for class 1 alone; the tensor has a column
  /// for each.
  func residuals(inputs: Int, outputs: Int, layerCount: Int) throws(FileError) -> [ResidualTerm] {
    guard let list = content.metadata["residual_inputs"] else {
      guard content.tensors["residual.weight"] == nil else {
        throw fail("metadata", "key 'residual_inputs' is missing, there is a tensor residual.weight")
      }
      return []
    }
    let place = "metadata residual_inputs"
    let names = list.split(separator: ",", omittingEmptySubsequences: false)
    guard names.count <= inputs, layerCount > 1 else {
      throw fail(place, "\(names.count) residual inputs, \(inputs) inputs, \(layerCount) layers")
    }
    let weights = try tensor("residual.weight", shape: [outputs, names.count]).elements.floats
    var terms: [ResidualTerm] = []
    for (index, name) in names.enumerated() {
      let parts = name.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
      guard let sign = name.first, sign == "+" || sign == "-", parts.count <= 2, let input = Int(parts[0]),
        input >= 0, input < inputs, input > terms.last?.input ?? -1
      else {
        throw fail(place, "\(quoted(String(name))) is not + or - and an input, in increasing order")
      }
      var classIndex: Int?
      if parts.count == 2 {
        guard let index = Int(parts[1]), (0..<outputs).contains(index), content.tensors["target.scale"] == nil
        else { throw fail(place, "the class of \(quoted(String(name))) is not one of \(outputs) classes") }
        classIndex = index
      }
      let column = (0..<outputs).map { weights[$0 * names.count + index] }
      guard column.indices.allSatisfy({ column[$0] == 0 || classIndex ?? $0 == $0 }) else {
        throw fail(place, "\(quoted(String(name))) has weights of other classes")
      }
      let own = classIndex.map { [column[$0]] } ?? column
      guard own.allSatisfy({ $0.isFinite && (sign == "+" ? $0 > 0 : $0 < 0) }) else {
        throw fail(
          place, "the weights of \(quoted(String(name))) are not all \(sign == "+" ? "positive" : "negative")"
        )
      }
      terms.append(
        ResidualTerm(input: input, isIncreasing: sign == "+", classIndex: classIndex, weights: column))
    }
    return terms
  }
}
