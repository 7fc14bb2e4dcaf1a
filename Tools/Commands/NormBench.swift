internal import Foundation
internal import Training

/// What the largest singular value costs: `supnorm bench --norms`.
enum NormBench {
  struct Output: Encodable {
    struct Dense: Encodable {
      var size: Int
      /// Of the matrix in single precision.
      var bytes: Int
      var decompositionSeconds, powerSeconds, gramSeconds: Double
      var powerIterations: Int
      /// How far the power method ended below the decomposition, and how far the bound lies above, in parts of it.
      var powerGap, boundGap: Double
    }
    struct Convolution: Encodable {
      var image, kernel: [Int]
      /// Of its matrix in single precision, which is never formed.
      var matrixBytes: Double
      var iterations: Int
      var relativeChange, value, bound: Double
      var powerSeconds, boundSeconds: Double
      /// Bytes of one image, and by how much the memory of the process grew at most over the power method, in images.
      var imageBytes: Int
      @NullWhenNil var memoryInImages: Double?
    }
    var dense: [Dense]
    var convolution: Convolution
  }

  /// Runs everything: the convolution first, while the process has little memory.
  static func measure() throws -> Output {
    Interruption.watch()
    let convolution = try measureConvolution(side: 224, channels: 64)
    let dense = try [10, 100, 1_000, 5_000].map { size in
      if Interruption.wasRequested { throw CommandError(description: "interrupted", exitStatus: 130) }
      Console.message("dense \(size)x\(size)")
      return measureDense(size)
    }
    return Output(dense: dense, convolution: convolution)
  }

  /// A matrix of normal draws.
  private static func measureDense(_ size: Int) -> Output.Dense {
    var generator = SeededGenerator(seed: 0)
    let elements = (0..<size * size).map { _ in Float(generator.normal()) }
    let matrix = DoubleMatrix(rows: size, columns: size, elements: elements.map { Double($0) })
    let map = DenseOperator(rows: size, columns: size, elements: elements)
    let (decomposition, largest) = seconds { singularValues(of: matrix)[0] }
    let (power, estimate) = seconds { powerEstimate(of: map, limit: 10_000) }
    let (gram, bound) = seconds { gramBound(of: matrix, threads: Threads(count: 2)) }
    return Output.Dense(
      size: size, bytes: 4 * size * size, decompositionSeconds: decomposition, powerSeconds: power,
      gramSeconds: gram, powerIterations: estimate.iterations, powerGap: 1 - estimate.value / largest,
      boundGap: bound / largest - 1)
  }

  private static func measureConvolution(side: Int, channels: Int) throws -> Output.Convolution {
    let shape = try ConvolutionShape(
      height: side, width: side, inputChannels: channels, outputChannels: channels, kernelHeight: 3,
      kernelWidth: 3, paddingHeight: 1, paddingWidth: 1)
    var generator = SeededGenerator(seed: 0)
    let deviation = 1 / Double(9 * channels).squareRoot()
    let kernel = (0..<shape.kernelCount).map { _ in Float(generator.normal() * deviation) }
    let bar = ProgressBar("convolution")
    let before = PeakMemory.restart()
    let (power, estimate) = seconds {
      powerEstimate(of: Convolution(shape, kernel: kernel), limit: 10_000) { estimate in
        bar.update(min(Double(estimate.iterations) / 1_000, 1), "\(estimate.iterations) iterations")
        return !Interruption.wasRequested
      }
    }
    let grown = before.flatMap { before in PeakMemory.bytes.map { $0 - before } }
    let norms = ConvolutionNorms(shape, kernel: kernel.map { Double($0) })
    let (time, bound) = seconds { norms.spectralBound { _ in !Interruption.wasRequested } }
    guard let bound else { throw CommandError(description: "interrupted", exitStatus: 130) }
    bar.finish("\(estimate.iterations) iterations")
    let imageBytes = 4 * shape.inputCount
    return Output.Convolution(
      image: [side, side, channels], kernel: [3, 3],
      matrixBytes: 4 * Double(shape.inputCount) * Double(shape.outputCount), iterations: estimate.iterations,
      relativeChange: estimate.relativeChange, value: estimate.value, bound: bound, powerSeconds: power,
      boundSeconds: time, imageBytes: imageBytes,
      memoryInImages: grown.map { Double($0) / Double(imageBytes) })
  }

  private static func seconds<Value>(_ body: () -> Value) -> (Double, Value) {
    let start = ContinuousClock.now
    let value = body()
    return ((ContinuousClock.now - start) / .seconds(1), value)
  }

  static func text(of output: Output) -> String {
    var rows = [
      [
        "n", "matrix", "decomposition", "power method", "ratio", "iterations", "below", "Gram bound", "ratio",
        "above",
      ]
    ]
    rows += output.dense.map { row in
      [
        "\(row.size)", bytes(Double(row.bytes)), time(row.decompositionSeconds), time(row.powerSeconds),
        significant(row.powerSeconds / row.decompositionSeconds), "\(row.powerIterations)",
        significant(row.powerGap), time(row.gramSeconds),
        significant(row.gramSeconds / row.decompositionSeconds), significant(row.boundGap),
      ]
    }
    let one = output.convolution
    let memory = one.memoryInImages.map {
      "\(formatted($0, digits: 1)) images of \(bytes(Double(one.imageBytes)))"
    }
    return table(rows) + """


      convolution 3x3 of \(one.image[0])x\(one.image[1])x\(one.image[2]), its matrix \(bytes(one.matrixBytes)) if it were formed
      power method: \(decimal(one.value, place: -6)) after \(one.iterations) iterations, last change \
      \(significant(one.relativeChange)), \(time(one.powerSeconds)), memory \(memory ?? "unknown")
      bound: \(decimal(one.bound, place: -6, rounded: .up)), \(time(one.boundSeconds))
      """
  }

  private static func time(_ seconds: Double) -> String {
    seconds < 1e-3
      ? "\(formatted(seconds * 1e6, digits: 1)) µs"
      : seconds < 1 ? "\(formatted(seconds * 1e3, digits: 2)) ms" : "\(formatted(seconds, digits: 2)) s"
  }

  private static func bytes(_ count: Double) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"]
    let index = min(max(leadingPlace(count) / 3, 0), units.count - 1)
    let unit = (0..<index).reduce(1.0) { unit, _ in unit * 1000 }
    return "\(significant(count / unit)) \(units[index])"
  }
}

/// The most memory that the process has had at once, where the system says it.
private enum PeakMemory {
  /// Forgets what was before.
  ///
  /// - Returns: the memory of now, in bytes; nil where it cannot be told.
  static func restart() -> Int? {
    guard (try? Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))) != nil else { return nil }
    return bytes
  }

  /// In bytes, since the restart.
  static var bytes: Int? {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") })
    else { return nil }
    return line.split(separator: " ").compactMap { Int($0) }.first.map { $0 * 1024 }
  }
}
