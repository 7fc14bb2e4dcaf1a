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

/// The inputs and labels of a training run, as its steps see them.
package struct SampleSource: Sendable {
  /// Mapped inputs, sample after sample.
  private let inputs: [Float]
  /// The class of each sample.
  let labels: [Int]
  private let featureCount: Int
  private let augmentation: Augmentation?
  private let seed: UInt64

  /// Creates a source.
  package init(inputs: [Float], labels: [Int], augmentation: Augmentation? = nil, seed: UInt64 = 0) {
    self.inputs = inputs
    self.labels = labels
    featureCount = inputs.count / labels.count
    self.augmentation = augmentation
    self.seed = seed
  }

  /// Inputs that a network reads of each sample.
  var columns: Int { augmentation?.featureCount ?? featureCount }

  /// Writes some samples to rows, shifted as step and place in the order of the samples have it.
  ///
  /// - Parameter row: the first element of a row.
  @unsafe func copy(
    _ indices: ArraySlice<Int>, step: Int, toRows row: (_ index: Int) -> UnsafeMutablePointer<Float>
  ) {
    unsafe inputs.withUnsafeBufferPointer { inputs in
      guard let base = inputs.baseAddress else { return }
      for (place, sample) in zip(indices.indices, indices) {
        let source = unsafe base + sample * featureCount
        let row = unsafe row(place - indices.startIndex)
        if let augmentation {
          var offset = (x: 0, y: 0)
          if augmentation.shift > 0 {
            var generator = SeededGenerator(
              seed: seed &+ UInt64(step) &* 0x9E37_79B9 &+ UInt64(place) &<< 40)
            let reach = 2 * augmentation.shift + 1
            offset.x = generator.index(below: reach) - augmentation.shift
            offset.y = generator.index(below: reach) - augmentation.shift
          }
          unsafe augmentation.copy(source, movedBy: offset, to: row)
        } else {
          unsafe row.update(from: source, count: featureCount)
        }
      }
    }
  }
}

extension Augmentation {
  /// Writes the cut image, `offset` pixels to the left and up; what comes in from outside is 0.
  @unsafe fileprivate func copy(
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
