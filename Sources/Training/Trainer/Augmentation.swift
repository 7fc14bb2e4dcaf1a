/// Images as a run sees them: cut at the borders, and each time shifted by a random whole number of pixels.
public struct Augmentation: Equatable, Sendable {
  /// Width and height of the images, whose pixels are the features, row by row.
  public var width: Int
  /// See `width`.
  public var height: Int
  /// Pixels cut from each side; the network never reads them.
  public var crop = 0
  /// The most by which a training image is shifted, in each of the two directions and either way.
  public var shift = 0

  /// Creates the description of unchanged images.
  public init(width: Int, height: Int, crop: Int = 0, shift: Int = 0) {
    self.width = width
    self.height = height
    self.crop = crop
    self.shift = shift
  }

  /// How many features are left after cutting.
  var featureCount: Int { (width - 2 * crop) * (height - 2 * crop) }
}

extension Augmentation {
  /// The features that are left after cutting.
  private var selection: FeatureSelection {
    let isCut = (0..<width * height).filter { pixel in
      !(crop..<height - crop).contains(pixel / width) || !(crop..<width - crop).contains(pixel % width)
    }
    return FeatureSelection(dropping: isCut, of: width * height)
  }

  /// The network of cut images that does what another one does of whole ones, where that is one.
  fileprivate func cut(_ network: FloatNetwork) -> FloatNetwork {
    network.layers[0].columns == width * height ? selection.applied(to: network) : network
  }

  /// The network of whole images that does what another one does of cut ones.
  ///
  /// - Parameter range: the range of the pixels.
  func restored(_ network: FloatNetwork, range: ClosedRange<Float>) -> FloatNetwork {
    selection.restored(network, filler: network.trainable(0).filler(range: range))
  }

  /// Writes the cut image, `offset` pixels to the left and up; what comes in from outside is 0.
  @unsafe func copy(
    _ image: UnsafePointer<Float>, movedBy offset: (x: Int, y: Int), to target: UnsafeMutablePointer<Float>
  ) {
    var place = unsafe target
    for y in (crop + offset.y)..<(height - crop + offset.y) {
      for x in (crop + offset.x)..<(width - crop + offset.x) {
        let isInside = y >= 0 && y < height && x >= 0 && x < width
        unsafe place.pointee = unsafe isInside ? image[y * width + x] : 0
        unsafe place += 1
      }
    }
  }
}

extension FloatNetwork {
  /// Takes over the parameters of another network, of whole images where these are cut.
  mutating func take(_ start: FloatNetwork, _ augmentation: Augmentation?) throws(TrainingError) {
    let start = augmentation?.cut(start) ?? start
    guard start.layers.count == layers.count else {
      throw .startMismatch(layer: min(start.layers.count, layers.count))
    }
    for (index, layer) in start.layers.enumerated() {
      guard layer.rows == layers[index].rows, layer.columns == layers[index].columns,
        layer.kind == layers[index].kind, residuals.isEmpty
      else { throw .startMismatch(layer: index) }
      layers[index].weights = layer.weights
      layers[index].biases = layer.biases
    }
  }
}
