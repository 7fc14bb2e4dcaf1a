/// The sizes of a convolution of images with zero padding.
///
/// Images are channel-last: element (row, column, channel) stands at `(row · width + column) · channels + channel`. An
/// output at (r, c) sees the inputs from (r · stride - paddingHeight, c · stride - paddingWidth) on, as many as the kernel
/// has. A rest that no whole step of the stride reaches is dropped, as PyTorch does.
package struct ConvolutionShape: Equatable, Sendable {
  package let height: Int
  package let width: Int
  package let inputChannels: Int
  package let outputChannels: Int
  package let kernelHeight: Int
  package let kernelWidth: Int
  package let stride: Int
  /// Rows of zeros above and below the image.
  package let paddingHeight: Int
  /// Columns of zeros on its left and on its right.
  package let paddingWidth: Int

  /// What does not fit in a shape: one line.
  package struct Problem: Error, Equatable, CustomStringConvertible {
    package let description: String
  }

  /// Creates a shape.
  ///
  /// - Throws: a size below one, a padding from which an output would see nothing of the image, a kernel larger than the
  ///   padded image, an image of 2^28 elements or more.
  package init(
    height: Int, width: Int, inputChannels: Int, outputChannels: Int, kernelHeight: Int, kernelWidth: Int,
    stride: Int = 1, paddingHeight: Int = 0, paddingWidth: Int = 0
  ) throws(Problem) {
    let sizes = [
      ("image height", height), ("image width", width), ("input channels", inputChannels),
      ("output channels", outputChannels), ("kernel height", kernelHeight), ("kernel width", kernelWidth),
      ("stride", stride),
    ]
    for (name, size) in sizes where !(1...65536).contains(size) {
      throw Problem(description: "\(name) \(size), 1 to 65536 expected")
    }
    for (padding, kernel) in [(paddingHeight, kernelHeight), (paddingWidth, kernelWidth)]
    where !(0..<kernel ~= padding) {
      throw Problem(
        description:
          "padding \(padding), at most \(kernel - 1): beyond it an output sees nothing of the image")
    }
    guard kernelHeight <= height + 2 * paddingHeight, kernelWidth <= width + 2 * paddingWidth else {
      throw Problem(
        description:
          "a kernel of \(kernelHeight)x\(kernelWidth) is larger than its image of \(height)x\(width) "
          + "with a padding of \(paddingHeight)x\(paddingWidth)")
    }
    guard stride <= max(kernelHeight, kernelWidth, height, width) else {
      throw Problem(description: "stride \(stride), larger than the image of \(height)x\(width)")
    }
    self.height = height
    self.width = width
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
    self.stride = stride
    self.paddingHeight = paddingHeight
    self.paddingWidth = paddingWidth
    // 2^16 · 2^16 · 2^16 fits; so does the weights' number, 2^64 at most only when checked in steps.
    guard height * width * max(inputChannels, outputChannels) < 1 << 28,
      kernelHeight * kernelWidth < 1 << 28,
      kernelHeight * kernelWidth * inputChannels < 1 << 28,
      kernelHeight * kernelWidth * inputChannels * outputChannels < 1 << 28, outputCount < 1 << 28
    else { throw Problem(description: "2^28 elements or more") }
  }

  package var outputHeight: Int { (height + 2 * paddingHeight - kernelHeight) / stride + 1 }
  package var outputWidth: Int { (width + 2 * paddingWidth - kernelWidth) / stride + 1 }

  /// Elements of an image that goes in.
  package var inputCount: Int { height * width * inputChannels }
  /// Elements of an image that comes out.
  package var outputCount: Int { outputHeight * outputWidth * outputChannels }
  /// Elements of the kernel: `outputChannels · inputChannels · kernelHeight · kernelWidth`.
  package var kernelCount: Int { outputChannels * inputChannels * kernelHeight * kernelWidth }
}
