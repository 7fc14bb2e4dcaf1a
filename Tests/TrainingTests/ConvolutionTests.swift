import TestSupport
import Testing
import Training

@Suite("Convolutions as operators")
struct ConvolutionTests {
  /// A random shape; sizes around a panel's 16 channels and a band's 8 rows among them.
  static func shape(_ random: inout TestRandom, side: Int = 19, channels: Int = 18) -> ConvolutionShape {
    while true {
      let kernel = (random.integer(1...5), random.integer(1...5))
      let shape = try? ConvolutionShape(
        height: random.integer(1...side), width: random.integer(1...side),
        inputChannels: random.integer(1...channels), outputChannels: random.integer(1...channels),
        kernelHeight: kernel.0, kernelWidth: kernel.1, stride: random.integer(1...4),
        paddingHeight: random.integer(0...kernel.0 - 1), paddingWidth: random.integer(0...kernel.1 - 1))
      if let shape { return shape }
    }
  }

  /// Small whole numbers, so that every order of summation gives the same exact result.
  static func integers(_ count: Int, _ random: inout TestRandom) -> [Float] {
    (0..<count).map { _ in Float(random.integer(-8...8)) }
  }

  /// The definition, output by output.
  static func plain(_ shape: ConvolutionShape, _ kernel: [Float], _ image: [Float]) -> [Float] {
    var result: [Float] = []
    for row in 0..<shape.outputHeight {
      for column in 0..<shape.outputWidth {
        for output in 0..<shape.outputChannels {
          var sum: Float = 0
          for tap in 0..<shape.kernelHeight * shape.kernelWidth {
            let r = row * shape.stride - shape.paddingHeight + tap / shape.kernelWidth
            let c = column * shape.stride - shape.paddingWidth + tap % shape.kernelWidth
            guard 0..<shape.height ~= r, 0..<shape.width ~= c else { continue }
            for input in 0..<shape.inputChannels {
              let weight =
                (output * shape.inputChannels + input) * shape.kernelHeight * shape.kernelWidth + tap
              sum += kernel[weight] * image[(r * shape.width + c) * shape.inputChannels + input]
            }
          }
          result.append(sum)
        }
      }
    }
    return result
  }

  @Test func `equal plain loops, whatever the sizes and the threads`() {
    var random = TestRandom()
    for _ in 0..<60 {
      let shape = Self.shape(&random)
      let kernel = Self.integers(shape.kernelCount, &random)
      let image = Self.integers(shape.inputCount, &random)
      let expected = Self.plain(shape, kernel, image)
      for threads in 1...3 {
        let map = Convolution(shape, kernel: kernel, threads: Threads(count: threads))
        #expect(map.applied(to: image) == expected, "\(shape) \(random)")
      }
    }
  }

  @Test func `have a transpose that is one`() {
    var random = TestRandom()
    for _ in 0..<60 {
      let shape = Self.shape(&random)
      let map = Convolution(shape, kernel: Self.integers(shape.kernelCount, &random))
      let input = Self.integers(shape.inputCount, &random)
      let output = Self.integers(shape.outputCount, &random)
      // ⟨W x, y⟩ = ⟨x, Wᵀ y⟩, in whole numbers.
      func product(_ first: [Float], _ second: [Float]) -> Int {
        zip(first, second).reduce(0) { $0 + Int($1.0) * Int($1.1) }
      }
      #expect(
        product(map.applied(to: input), output) == product(input, map.transposedApplied(to: output)),
        "\(shape) \(random)")
    }
  }

  @Test func `give the same bits with one thread as with two`() {
    var random = TestRandom()
    let shape = Self.shape(&random)
    let kernel = (0..<shape.kernelCount).map { _ in Float(random.integer(-999...999)) / 7 }
    let image = (0..<shape.inputCount).map { _ in Float(random.integer(-999...999)) / 7 }
    let results = [1, 2].map { threads in
      let map = Convolution(shape, kernel: kernel, threads: Threads(count: threads))
      return map.transposedApplied(to: map.applied(to: image))
    }
    #expect(results[0] == results[1])
  }

  @Test func `refuse what does not fit`() {
    func problem(_ height: Int, _ kernel: Int, stride: Int = 1, padding: Int = 0, channels: Int = 1)
      -> String?
    {
      do throws(ConvolutionShape.Problem) {
        _ = try ConvolutionShape(
          height: height, width: height, inputChannels: channels, outputChannels: channels,
          kernelHeight: kernel, kernelWidth: kernel, stride: stride, paddingHeight: padding,
          paddingWidth: padding)
        return nil
      } catch { return error.description }
    }
    #expect(problem(5, 5) == nil)
    #expect(problem(4, 5, padding: 1) == nil)
    #expect(problem(4, 5) == "a kernel of 5x5 is larger than its image of 4x4 with a padding of 0x0")
    #expect(
      problem(9, 3, padding: 3) == "padding 3, at most 2: beyond it an output sees nothing of the image")
    #expect(
      problem(9, 3, padding: -1) == "padding -1, at most 2: beyond it an output sees nothing of the image")
    #expect(problem(9, 3, stride: 10) == "stride 10, larger than the image of 9x9")
    #expect(problem(9, 3, stride: 0) == "stride 0, 1 to 65536 expected")
    #expect(problem(0, 1) == "image height 0, 1 to 65536 expected")
    #expect(problem(65536, 1, channels: 65536) == "2^28 elements or more")
  }
}
