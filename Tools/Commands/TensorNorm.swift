internal import FileAccess
internal import Files
internal import Training

/// The norms of one tensor of a `.safetensors` file as a linear map: `supnorm norm --convolution` and `--dense`.
struct TensorNorm: Encodable {
  struct Power: Encodable {
    var value: Double
    var iterations: Int
    var relativeChange: Double
  }

  var tensor: String
  /// `convolution` or `dense`.
  var kind: String
  /// The sizes of the tensor as the file has them.
  var shape: [Int]
  /// Height, width and channels of what goes in and of what comes out, of a convolution.
  @NullWhenNil var image: [Int]?
  @NullWhenNil var output: [Int]?
  @NullWhenNil var stride: Int?
  @NullWhenNil var padding: [Int]?
  /// The largest column sum and the largest row sum of magnitudes, rounded up.
  var oneNorm, supNorm: Double
  /// `√(oneNorm · supNorm)` and the bound by Gram iteration, both no less than the largest singular value.
  var interpolatedBound, spectralBound: Double
  /// The largest singular value by decomposition, of a dense tensor.
  @NullWhenNil var singularValue: Double?
  /// From below.
  var powerMethod: Power

  static let options = [
    Option(
      "--convolution", "TENSOR",
      "the norms of this tensor as a convolution, [out, in, height, width] or [out, in, width]"),
    Option("--dense", "TENSOR", "the norms of this tensor as a matrix, [out, in]"),
    Option("--image", "HxW", "the image of --convolution, as 224x224, or 128 of a kernel without a height"),
    Option("--stride", "S", "the stride of --convolution (default: 1)"),
    Option("--padding", "P", "zeros around the image of --convolution, as 1 or 1x2 (default: 0)"),
  ]

  /// Whether a tensor is asked for, not a network.
  static func isAsked(_ arguments: Arguments) -> Bool {
    arguments.has("--convolution") || arguments.has("--dense")
  }

  /// Measures the tensor that the options name and prints what was found.
  static func run(_ arguments: Arguments) throws {
    let kind = arguments.has("--convolution") ? "--convolution" : "--dense"
    let others = NormCommand.allOptions.filter { own in
      own.name != "--json" && !options.contains { $0.name == own.name }
    }
    if let other = (others.map(\.name) + [kind == "--convolution" ? "--dense" : ""]).first(
      where: arguments.has)
    {
      throw CommandError.usage("\(other) is not for \(kind)")
    }
    let path = arguments.positionals[0]
    if let name = arguments.string("--dense") {
      for option in ["--image", "--stride", "--padding"] where arguments.has(option) {
        throw CommandError.usage("\(option) is not for --dense")
      }
      let result = try dense(try tensor(name, of: path), name, path)
      return try Console.print(result, arguments, text: result.text)
    }
    let name = try arguments.required("--convolution")
    let image = try arguments.sizes("--image", 1...65536)
    guard let image else { throw CommandError.usage("option '--image' is required with --convolution") }
    let stride = try arguments.integer("--stride", 1...65536) ?? 1
    let padding = try arguments.sizes("--padding", 0...65536)
    let result = try convolution(
      try tensor(name, of: path), name, path, image: image, stride: stride, padding: padding)
    try Console.print(result, arguments, text: result.text)
  }

  private static func tensor(_ name: String, of path: String) throws -> Safetensors.Tensor {
    let file = try Safetensors(path: path)
    guard let tensor = file.tensors[name] else {
      let names = file.tensors.keys.sorted()
      throw FileError(
        path, place: "tensor \(name)",
        "not there; \(names.isEmpty ? "no tensors" : names.prefix(8).joined(separator: ", "))"
          + (names.count > 8 ? ", …" : ""))
    }
    guard tensor.elements.doubles.allSatisfy(\.isFinite) else {
      throw FileError(path, place: "tensor \(name)", "an element is not finite")
    }
    return tensor
  }

  // MARK: Dense

  private static func dense(_ tensor: Safetensors.Tensor, _ name: String, _ path: String) throws -> Self {
    guard tensor.shape.count == 2, tensor.shape.allSatisfy({ $0 > 0 }) else {
      throw FileError(path, place: "tensor \(name)", "shape \(tensor.shape), a matrix [out, in] expected")
    }
    let (rows, columns) = (tensor.shape[0], tensor.shape[1])
    let matrix = DoubleMatrix(rows: rows, columns: columns, elements: tensor.elements.doubles)
    // A matrix is a convolution of one place.
    let shape = try ConvolutionShape(
      height: 1, width: 1, inputChannels: columns, outputChannels: rows, kernelHeight: 1, kernelWidth: 1)
    let norms = ConvolutionNorms(shape, kernel: matrix.elements)
    let map = DenseOperator(rows: rows, columns: columns, elements: tensor.elements.floats)
    return Self(
      tensor: name, kind: "dense", shape: tensor.shape, oneNorm: norms.oneNorm, supNorm: norms.supNorm,
      interpolatedBound: norms.interpolatedBound,
      spectralBound: gramBound(of: matrix, threads: Threads(count: 2)),
      singularValue: singularValues(of: matrix, count: 1)[0], powerMethod: try power(of: map))
  }

  // MARK: Convolutions

  private static func convolution(
    _ tensor: Safetensors.Tensor, _ name: String, _ path: String, image: [Int], stride: Int, padding: [Int]?
  ) throws -> Self {
    let sizes = tensor.shape
    guard [3, 4].contains(sizes.count), sizes.allSatisfy({ $0 > 0 }) else {
      throw FileError(
        path, place: "tensor \(name)",
        "shape \(sizes), a kernel [out, in, height, width] or [out, in, width] expected")
    }
    let isFlat = sizes.count == 3
    guard image.count == (isFlat ? 1 : 2) else {
      throw CommandError.usage(
        "--image: \(name) has the shape \(sizes), so \(isFlat ? "a width" : "HxW") is expected")
    }
    guard padding.map({ $0.count == 1 || !isFlat }) ?? true else {
      throw CommandError.usage("--padding: \(name) has the shape \(sizes), so one number is expected")
    }
    let shape: ConvolutionShape
    do throws(ConvolutionShape.Problem) {
      shape = try ConvolutionShape(
        height: isFlat ? 1 : image[0], width: image[image.count - 1], inputChannels: sizes[1],
        outputChannels: sizes[0], kernelHeight: isFlat ? 1 : sizes[2], kernelWidth: sizes[sizes.count - 1],
        stride: stride, paddingHeight: isFlat ? 0 : padding?.first ?? 0, paddingWidth: padding?.last ?? 0)
    } catch {
      throw FileError(path, place: "tensor \(name)", "\(error)")
    }
    let norms = ConvolutionNorms(shape, kernel: tensor.elements.doubles)
    let power = try power(of: Convolution(shape, kernel: tensor.elements.floats))
    let bar = ProgressBar("bounding frequencies")
    guard
      let bound = norms.spectralBound(progress: { share in
        bar.update(share)
        return !Interruption.wasRequested
      })
    else { throw CommandError(description: "interrupted", exitStatus: 130) }
    bar.finish()
    return Self(
      tensor: name, kind: "convolution", shape: sizes,
      image: [shape.height, shape.width, shape.inputChannels],
      output: [shape.outputHeight, shape.outputWidth, shape.outputChannels], stride: stride,
      padding: [shape.paddingHeight, shape.paddingWidth], oneNorm: norms.oneNorm, supNorm: norms.supNorm,
      interpolatedBound: norms.interpolatedBound, spectralBound: bound, powerMethod: power)
  }

  private static func power(of map: some LinearOperator) throws -> Power {
    Interruption.watch()
    let bar = ProgressBar("power method")
    // The change falls about as a geometric sequence from 1 to the tolerance of 1e-6.
    let estimate = powerEstimate(of: map) { estimate in
      bar.update(
        min(Double(estimate.iterations) / 1_000, 1),
        "\(estimate.iterations) iterations, \(measured(estimate.value)), change \(significant(estimate.relativeChange))"
      )
      return !Interruption.wasRequested
    }
    guard !Interruption.wasRequested else { throw CommandError(description: "interrupted", exitStatus: 130) }
    bar.finish("\(estimate.iterations) iterations")
    return Power(
      value: estimate.value, iterations: estimate.iterations, relativeChange: estimate.relativeChange)
  }

  /// A line for each norm.
  var text: String {
    var rows = [
      ["p = ∞", "\(upward(supNorm))", "largest row sum, rounded up"],
      ["p = 1", "\(upward(oneNorm))", "largest column sum, rounded up"],
      [
        "p = 2, at most", "\(decimal(spectralBound, place: leadingPlace(spectralBound) - 7, rounded: .up))",
        "Gram iteration, rounding included",
      ],
      ["", "\(upward(interpolatedBound))", "√(‖W‖₁ · ‖W‖∞)"],
    ]
    if let singularValue {
      rows.append(["p = 2", decimal(singularValue, place: leadingPlace(singularValue) - 7), "decomposition"])
    }
    rows.append([
      "p = 2, from below", decimal(powerMethod.value, place: leadingPlace(powerMethod.value) - 7),
      "power method, \(powerMethod.iterations) iterations, last change \(significant(powerMethod.relativeChange))",
    ])
    let width = rows.map { $0[1].count }.max() ?? 0
    let lines = rows.map { row in
      row[0] + String(repeating: " ", count: 19 - row[0].count)
        + String(repeating: " ", count: width - row[1].count) + row[1] + "  " + row[2]
    }
    return "\(tensor): \(head)\n" + lines.joined(separator: "\n")
  }

  private var head: String {
    guard let image, let output, let stride, let padding else { return "\(shape[1]) → \(shape[0])" }
    func sizes(_ values: [Int]) -> String { values.map(String.init).joined(separator: "x") }
    return
      "\(sizes(image)) → \(sizes(output)), kernel \(sizes(Array(shape.dropFirst(2)))), stride \(stride), "
      + "padding \(sizes(padding))"
  }
}

extension Arguments {
  /// One or two sizes, as 224 or 224x128.
  fileprivate func sizes(_ name: String, _ range: ClosedRange<Int>) throws(CommandError) -> [Int]? {
    guard let text = string(name) else { return nil }
    let parts = text.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    let sizes = parts.compactMap { $0 }
    guard sizes.count == parts.count, sizes.count <= 2, sizes.allSatisfy(range.contains) else {
      throw .usage(
        "\(name) '\(text)': not a size such as 28 or 28x28, each in \(range.lowerBound)…\(range.upperBound)")
    }
    return sizes
  }
}
