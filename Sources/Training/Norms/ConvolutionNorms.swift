/// Upper bounds on the norms of a convolution as a map of whole images, from its kernel alone.
package struct ConvolutionNorms: Sendable {
  private let shape: ConvolutionShape
  /// Elements in the order `[output channel, input channel, kr, kc]`.
  private let kernel: [Double]

  /// Creates the bounds of a convolution.
  package init(_ shape: ConvolutionShape, kernel: [Double]) {
    precondition(kernel.count == shape.kernelCount)
    self.shape = shape
    self.kernel = kernel
  }

  // MARK: Sums

  /// The norm for ∞: the largest `Σ|kernel|` of what one output sees, over channels and places; exact but for sums
  /// that round up.
  ///
  /// - Complexity: O(kernel · taps at most): outputs that see the same part of the kernel count once.
  package var supNorm: Double {
    let rowParts = seen(
      shape.outputHeight, taps: shape.kernelHeight, inputs: shape.height, padding: shape.paddingHeight)
    let columnParts = seen(
      shape.outputWidth, taps: shape.kernelWidth, inputs: shape.width, padding: shape.paddingWidth)
    return largestSum(rowParts, columnParts, channels: shape.outputChannels) { channel, other in
      channel * shape.inputChannels + other
    }
  }

  /// The norm for p = 1: the largest `Σ|kernel|` by which one input reaches outputs, likewise.
  package var oneNorm: Double {
    let rowParts = reaching(
      shape.height, taps: shape.kernelHeight, outputs: shape.outputHeight, padding: shape.paddingHeight)
    let columnParts = reaching(
      shape.width, taps: shape.kernelWidth, outputs: shape.outputWidth, padding: shape.paddingWidth)
    return largestSum(rowParts, columnParts, channels: shape.inputChannels) { channel, other in
      other * shape.inputChannels + channel
    }
  }

  /// `√(‖·‖₁ · ‖·‖∞)`, no less than the norm for p = 2.
  package var interpolatedBound: Double { (oneNorm * supNorm).nextUp.squareRoot().nextUp }

  /// The largest sum over the taps of one channel, over parts of the kernel.
  private func largestSum(
    _ rowParts: Set<[Int]>, _ columnParts: Set<[Int]>, channels: Int, place: (Int, Int) -> Int
  ) -> Double {
    let taps = shape.kernelHeight * shape.kernelWidth
    var largest = 0.0
    for channel in 0..<channels {
      var sums = Array(repeating: 0.0, count: taps)
      for other in 0..<shape.inputChannels * shape.outputChannels / channels {
        let first = place(channel, other) * taps
        for tap in 0..<taps { sums[tap] = sum(sums[tap], kernel[first + tap].magnitude) }
      }
      for rows in rowParts {
        for columns in columnParts {
          var total = 0.0
          for row in rows {
            for column in columns { total = sum(total, sums[row * shape.kernelWidth + column]) }
          }
          largest = max(largest, total)
        }
      }
    }
    return largest
  }

  /// A sum of numbers that are not negative, rounded up where it is not exact.
  private func sum(_ first: Double, _ second: Double) -> Double {
    let result = first + second
    // What the addition lost, exactly (Knuth).
    let part = result - first
    let error = (first - (result - part)) + (second - part)
    return error > 0 ? result.nextUp : result
  }

  /// The parts of the kernel, in one direction, that outputs see.
  private func seen(_ outputs: Int, taps: Int, inputs: Int, padding: Int) -> Set<[Int]> {
    Set(
      (0..<outputs).map { output in
        (0..<taps).filter { 0..<inputs ~= output * shape.stride - padding + $0 }
      })
  }

  /// The parts of the kernel, in one direction, by which inputs reach outputs.
  private func reaching(_ inputs: Int, taps: Int, outputs: Int, padding: Int) -> Set<[Int]> {
    Set(
      (0..<inputs).map { input in
        (0..<taps).filter { tap in
          let distance = input + padding - tap
          return distance >= 0 && distance % shape.stride == 0 && distance / shape.stride < outputs
        }
      })
  }

  // MARK: Singular values

  /// An upper bound on the norm for p = 2, the largest singular value, rounding included.
  ///
  /// On a torus of at least n + k - 1 places the convolution without its borders falls apart into one matrix of output by
  /// input channels for each frequency, `K(ω) = Σ kernel[·, ·, p] e^(-i⟨ω, p⟩)`. The one with zero padding is that of the torus
  /// between an embedding and a restriction, whose norms are 1: the largest norm of all K(ω) bounds it. (On a
  /// torus of n places it does not.) A stride s keeps every s-th output: the s² frequencies that fall together then
  /// stand side by side, `[K(ω₁) … K(ω_s²)] / s`. Each is bounded by `gramBound`, only as closely as it can still be the
  /// largest; frequencies are streamed.
  ///
  /// The computed K is off by at most `√2 · (33 + kh·kw) · u · ‖Σ_p |kernel[·, ·, p]|‖_F`, which is added: of every term the complex
  /// factor is within 32 u, and sums of kh·kw terms within γ.
  ///
  /// Source: Sedghi, Gupta, Long, "The Singular Values of Convolutional Layers", ICLR 2019 (the torus).
  ///
  /// - Parameter progress: called with the share that is done; false ends the work, and there is no bound.
  /// - Returns: nil when stopped.
  /// - Complexity: O(frequencies · min(s² · inputs, outputs)³), memory for some matrices of channels.
  package func spectralBound(
    threads: Threads = Threads(count: 2), progress: (Double) -> Bool = { _ in true }
  ) -> Double? {
    let spectrum = Spectrum(shape, kernel)
    let frequencies = spectrum.frequencyCount
    var largest = 0.0
    // Of batches all begin with the largest bound so far: which ones are cut short depends on no thread.
    let batch = 256
    for first in stride(from: 0, to: frequencies, by: batch) {
      guard progress(Double(first) / Double(frequencies)) else { return nil }
      let count = min(batch, frequencies - first)
      let enough = largest
      var bounds = Array(repeating: 0.0, count: count)
      unsafe bounds.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        let target = unsafe Shared(base)
        threads.forEach(count) { index, _ in
          unsafe target.pointer[index] = gramBound(of: spectrum.matrix(first + index), enough: enough)
        }
      }
      largest = bounds.reduce(largest, max)
    }
    return (largest + spectrum.error).nextUp
  }
}

/// The matrices of a convolution on a torus, one for each frequency, or for those that a stride lets fall together.
private struct Spectrum: Sendable {
  private let shape: ConvolutionShape
  /// Elements in the order `[kr, kc, output channel, input channel]`.
  private let taps: [[Double]]
  /// Places of the torus, multiples of the stride.
  private let height: Int
  private let width: Int
  private let rowTurns: [(cosine: Double, sine: Double)]
  private let columnTurns: [(cosine: Double, sine: Double)]
  /// What the norm of a computed matrix can be below that of the exact one.
  let error: Double

  init(_ shape: ConvolutionShape, _ kernel: [Double]) {
    self.shape = shape
    let count = shape.kernelHeight * shape.kernelWidth
    let channels = shape.outputChannels * shape.inputChannels
    taps = (0..<count).map { tap in (0..<channels).map { kernel[$0 * count + tap] } }
    func roundedUp(_ places: Int) -> Int { (places + shape.stride - 1) / shape.stride * shape.stride }
    height = roundedUp(shape.height + shape.kernelHeight - 1)
    width = roundedUp(shape.width + shape.kernelWidth - 1)
    rowTurns = turns(height)
    columnTurns = turns(width)
    let sums = (0..<channels).map { channel in
      (0..<count).reduce(0.0) { $0 + kernel[channel * count + $1].magnitude }
    }
    let length = sums.reduce(0) { $0 + $1 * $1 }.squareRoot()
    error = length * Double(34 + count) * 0x1p-53 * 1.5
  }

  private var rowFrequencies: Int { height / shape.stride }
  private var columnFrequencies: Int { width / shape.stride }

  /// Frequencies whose matrices can differ in norm: the kernel is real, so -ω gives the conjugate of ω.
  var frequencyCount: Int { (rowFrequencies / 2 + 1) * columnFrequencies }

  /// The matrix of a frequency as a real one, `[[Re, -Im], [Im, Re]]`, divided by the stride.
  func matrix(_ index: Int) -> DoubleMatrix {
    let (outs, ins, step) = (shape.outputChannels, shape.inputChannels, shape.stride)
    let wide = ins * step * step
    var result = DoubleMatrix(rows: 2 * outs, columns: 2 * wide)
    var (real, imaginary) = (
      Array(repeating: 0.0, count: outs * ins), Array(repeating: 0.0, count: outs * ins)
    )
    for alias in 0..<step * step {
      let row = index / columnFrequencies + alias / step * rowFrequencies
      let column = index % columnFrequencies + alias % step * columnFrequencies
      fill(&real, &imaginary, row, column)
      for output in 0..<outs {
        for input in 0..<ins {
          let re = real[output * ins + input] / Double(step)
          let im = imaginary[output * ins + input] / Double(step)
          let place = alias * ins + input
          result[output, place] = re
          result[output, wide + place] = -im
          result[outs + output, place] = im
          result[outs + output, wide + place] = re
        }
      }
    }
    return result
  }

  /// K of one frequency.
  private func fill(_ real: inout [Double], _ imaginary: inout [Double], _ row: Int, _ column: Int) {
    for index in real.indices { (real[index], imaginary[index]) = (0, 0) }
    for (tap, elements) in taps.enumerated() {
      let first = rowTurns[tap / shape.kernelWidth * row % height]
      let second = columnTurns[tap % shape.kernelWidth * column % width]
      let cosine = first.cosine * second.cosine - first.sine * second.sine
      let sine = first.sine * second.cosine + first.cosine * second.sine
      for index in elements.indices {
        real[index] += elements[index] * cosine
        imaginary[index] -= elements[index] * sine
      }
    }
  }
}

/// `cos` and `sin` of `2π j / count` for j = 0 ..< count, each within 8 u = 2^-50.
///
/// The angle is brought to 0 … π/4 in whole numbers, where the Taylor series end below 2^-60; what rounding adds is that of
/// the angle, at most 3 u, and of a sum of falling terms.
package func turns(_ count: Int) -> [(cosine: Double, sine: Double)] {
  (0..<count).map { index in
    // In eighths of the circle: the octant, and how far into it.
    let octant = 8 * index / count
    let rest = 8 * index - octant * count
    let isReversed = octant % 2 == 1
    let angle = Double(isReversed ? count - rest : rest) * 0x1.921fb54442d18p-1 / Double(count)
    let square = angle * angle
    var (cosine, sine) = (0.0, 0.0)
    for power in stride(from: 20.0, to: 0, by: -2) {
      cosine = (1 - cosine) * square / (power * (power - 1))
      sine = (1 - sine) * square / (power * (power + 1))
    }
    (cosine, sine) = (1 - cosine, (1 - sine) * angle)
    if isReversed { (cosine, sine) = (sine, cosine) }
    // Quarters of the circle: odd octants were mirrored at the diagonal of theirs.
    switch octant / 2 {
    case 0: return (cosine, sine)
    case 1: return (-sine, cosine)
    case 2: return (-cosine, -sine)
    default: return (sine, -cosine)
    }
  }
}
