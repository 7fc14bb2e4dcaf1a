import Files
import Foundation
import TestSupport
import Testing

/// `supnorm norm --dense` and `--convolution`: one tensor of a file.
@Suite("Norms of tensors")
struct TensorNormTests {
  /// A file with a matrix whose singular values are 4 and 3, and with kernels that add neighbors.
  private func folder() throws -> TestFolder {
    let folder = try TestFolder()
    let tensors = Safetensors(tensors: [
      "fc": .init(shape: [2, 2], elements: .float32([0, 3, 4, 0])),
      "conv": .init(shape: [1, 1, 3, 3], elements: .float32([Float](repeating: 1, count: 9))),
      "flat": .init(shape: [2, 1, 3], elements: .float32([1, 1, 1, -1, 2, -1])),
      "bad": .init(shape: [1, 2], elements: .float32([1, .nan])),
    ])
    try Data(tensors.encoded()).write(to: folder.url.appending(path: "t.safetensors"))
    return folder
  }

  @Test func `A matrix has its sums and its singular value, from both sides`() throws {
    let result = try folder().supnorm(["norm", "t.safetensors", "--dense", "fc", "--json"])
    #expect(result.status == 0, "\(result.errorOutput)")
    let json = try result.json()
    #expect(json["oneNorm"] as? Double == 4 && json["supNorm"] as? Double == 4)
    let bound = try #require(json["spectralBound"] as? Double)
    #expect(bound >= 4 && bound < 4.000_000_1)
    #expect(abs(try #require(json["singularValue"] as? Double) - 4) < 1e-12)
    let power = try #require(json["powerMethod"] as? [String: Double])
    #expect(abs(try #require(power["value"]) - 4) < 1e-3)
  }

  @Test func `A convolution is bounded as a map of whole images`() throws {
    let folder = try folder()
    let result = try folder.supnorm([
      "norm", "t.safetensors", "--convolution", "conv", "--image", "32x32", "--padding", "1", "--json",
    ])
    #expect(result.status == 0, "\(result.errorOutput)")
    let json = try result.json()
    // Every output inside sees nine ones; on the torus the constant image is the worst.
    #expect(json["oneNorm"] as? Double == 9 && json["supNorm"] as? Double == 9)
    let bound = try #require(json["spectralBound"] as? Double)
    let power = try #require(json["powerMethod"] as? [String: Double])
    let below = try #require(power["value"])
    #expect(below <= bound && bound >= 9 && bound < 9.000_01 && below > 8.8)
    #expect(json["output"] as? [Int] == [32, 32, 1])
    let flat = try folder.supnorm([
      "norm", "t.safetensors", "--convolution", "flat", "--image", "16", "--stride", "2",
    ])
    #expect(
      flat.output.hasPrefix("flat: 1x16x1 → 1x7x2, kernel 3, stride 2, padding 0x0\n"), "\(flat.output)")
  }

  @Test func `What does not fit is refused in one line`() throws {
    let folder = try folder()
    for (arguments, line) in [
      (["--dense", "x"], "t.safetensors: tensor x: not there; bad, conv, fc, flat"),
      (["--dense", "conv"], "t.safetensors: tensor conv: shape [1, 1, 3, 3], a matrix [out, in] expected"),
      (["--dense", "bad"], "t.safetensors: tensor bad: an element is not finite"),
      (["--dense", "fc", "--stride", "2"], "--stride is not for --dense"),
      (["--dense", "fc", "--norm", "2"], "--norm is not for --dense"),
      (["--stride", "2"], "--stride goes with --convolution"),
      (["--convolution", "conv"], "option '--image' is required with --convolution"),
      (
        ["--convolution", "conv", "--image", "8"],
        "--image: conv has the shape [1, 1, 3, 3], so HxW is expected"
      ),
      (
        ["--convolution", "flat", "--image", "8x8"],
        "--image: flat has the shape [2, 1, 3], so a width is expected"
      ),
      (
        ["--convolution", "conv", "--image", "8by8"],
        "--image '8by8': not a size such as 28 or 28x28, each in 1…65536"
      ),
      (
        ["--convolution", "conv", "--image", "2x2"],
        "t.safetensors: tensor conv: a kernel of 3x3 is larger than its image of 2x2 with a padding of 0x0"
      ),
      (
        ["--convolution", "conv", "--image", "8x8", "--padding", "3"],
        "t.safetensors: tensor conv: padding 3, at most 2: beyond it an output sees nothing of the image"
      ),
      (
        ["--convolution", "conv", "--image", "8x8", "--stride", "9"],
        "t.safetensors: tensor conv: stride 9, larger than the image of 8x8"
      ),
      (
        ["--convolution", "conv", "--image", "8x8", "--stride", "0"],
        "--stride '0': not a whole number in 1…65536"
      ),
      (
        ["--convolution", "conv", "--image", "65536x65536"],
        "t.safetensors: tensor conv: 2^28 elements or more"
      ),
    ] {
      let result = try folder.supnorm(["norm", "t.safetensors"] + arguments)
      #expect(result.status == 2 && result.output.isEmpty)
      #expect(result.errorOutput == "supnorm norm: \(line)\n")
    }
  }
}
