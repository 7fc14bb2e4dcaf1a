/// A convolution of channel-last images with zero padding, forward and transposed.
///
///     y[r, c, o] = Σ kernel[o, i, kr, kc] · x[r·stride - paddingHeight + kr, c·stride - paddingWidth + kc, i]
///
/// Both directions are products of the micro-kernel of training with rows of the image, copied with their padding a few
/// at a time: no matrix is formed, and memory beside the images is that of some rows. Every sum is one chain over (kr,
/// kc, channel), wherever the work is cut.
///
/// Sendable unchecked, since the weights never change.
package final class Convolution: LinearOperator, @unchecked Sendable {
  package let shape: ConvolutionShape

  /// A row for each output channel, columns (kr, kc, input channel).
  private let forward: Panels
  /// A row for each input channel, columns (kr, kc, output channel).
  private let backward: Panels
  private let threads: Threads

  /// Rows of the result that are one task: neighbors share most of what they read.
  private static let band = 8

  /// Creates the operator.
  ///
  /// - Parameter kernel: elements in PyTorch's order, `[output channel, input channel, kr, kc]`.
  package init(_ shape: ConvolutionShape, kernel: [Float], threads: Threads = Threads(count: 2)) {
    precondition(kernel.count == shape.kernelCount)
    self.shape = shape
    self.threads = threads
    let (taps, ins, outs) = (
      shape.kernelHeight * shape.kernelWidth, shape.inputChannels, shape.outputChannels
    )
    var rows = Array(repeating: Float(0), count: kernel.count)
    var columns = rows
    for output in 0..<outs {
      for input in 0..<ins {
        for tap in 0..<taps {
          let weight = kernel[(output * ins + input) * taps + tap]
          rows[(output * taps + tap) * ins + input] = weight
          columns[(input * taps + tap) * outs + output] = weight
        }
      }
    }
    forward = Panels(rows: outs, columns: taps * ins, elements: rows)
    backward = Panels(rows: ins, columns: taps * outs, elements: columns)
  }

  package var inputCount: Int { shape.inputCount }
  package var outputCount: Int { shape.outputCount }

  /// - Complexity: O(output positions · kernel), shared by the threads.
  package func apply(_ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>) {
    let (shape, forward) = (shape, forward)
    let depth = shape.kernelWidth * shape.inputChannels
    let (input, output) = unsafe (Shared(input), Shared(output))
    forEachBand(of: shape.outputHeight) { band in
      let sums = LaneRow(count: shape.outputWidth)
      let first = band.lowerBound * shape.stride - shape.paddingHeight
      let rows = unsafe PaddedRows(
        input.pointer, height: shape.height, width: shape.width, channels: shape.inputChannels,
        rows: first..<(band.upperBound - 1) * shape.stride - shape.paddingHeight + shape.kernelHeight,
        padding: shape.paddingWidth)
      for row in band {
        let top = row * shape.stride - shape.paddingHeight
        let taps = (0..<shape.kernelHeight).filter { 0..<shape.height ~= top + $0 }
        for panel in 0..<forward.count {
          for tap in taps {
            unsafe multiply(
              rows: shape.outputWidth, depth: depth,
              Scalars(base: rows.row(top + tap), row: shape.stride * shape.inputChannels, depth: 1),
              LaneColumn(base: forward.panel(panel) + tap * depth, step: 1),
              startingWith: tap == taps.first ? .zero : nil, into: LaneColumn(base: sums.lanes, step: 1))
          }
          let count = forward.rows(ofPanel: panel).count
          for column in 0..<shape.outputWidth {
            let place = (row * shape.outputWidth + column) * shape.outputChannels + panel * Lanes.scalarCount
            unsafe sums.copy(column, count, to: output.pointer + place)
          }
        }
      }
    }
  }

  /// - Complexity: O(output positions · kernel), shared by the threads.
  package func applyTransposed(_ output: UnsafePointer<Float>, into input: UnsafeMutablePointer<Float>) {
    let (shape, backward) = (shape, backward)
    let (stride, padding, margin) = (shape.stride, shape.paddingWidth, shape.kernelWidth)
    let (input, output) = unsafe (Shared(input), Shared(output))
    forEachBand(of: shape.height) { band in
      let sums = LaneRow(count: shape.width)
      let rows = unsafe PaddedRows(
        output.pointer, height: shape.outputHeight, width: shape.outputWidth, channels: shape.outputChannels,
        rows: floorDivided(
          band.lowerBound + shape.paddingHeight - shape.kernelHeight + 1, by: stride)..<(band.upperBound - 1
          + shape.paddingHeight) / stride + 1,
        padding: margin)
      for row in band {
        // Of the kernel's rows those that reach this row of the image from a row of outputs; so for columns, which
        // are taken together that lie at the same place between two steps of the stride.
        let rowTaps = reaching(row)
        for phase in 0..<min(stride, shape.width) {
          let columns = (shape.width - phase + stride - 1) / stride
          let columnTaps = (0..<shape.kernelWidth).filter { (phase + padding - $0) % stride == 0 }
          for panel in 0..<backward.count {
            var start: Lanes? = .zero
            for (tap, outputRow) in rowTaps {
              for columnTap in columnTaps {
                let shift = (phase + padding - columnTap) / stride
                let place = (tap * shape.kernelWidth + columnTap) * shape.outputChannels
                unsafe multiply(
                  rows: columns, depth: shape.outputChannels,
                  Scalars(
                    base: rows.row(outputRow) + (margin + shift) * shape.outputChannels,
                    row: shape.outputChannels, depth: 1),
                  LaneColumn(base: backward.panel(panel) + place, step: 1),
                  startingWith: start, into: LaneColumn(base: sums.lanes, step: 1))
                start = nil
              }
            }
            let count = backward.rows(ofPanel: panel).count
            for column in 0..<columns {
              let place =
                (row * shape.width + phase + column * stride) * shape.inputChannels
                + panel * Lanes.scalarCount
              if start == nil {
                unsafe sums.copy(column, count, to: input.pointer + place)
              } else {
                unsafe (input.pointer + place).update(repeating: 0, count: count)
              }
            }
          }
        }
      }
    }
  }

  /// The kernel's rows by which a row of the image is seen, each with the row of outputs that sees it.
  private func reaching(_ row: Int) -> [(tap: Int, output: Int)] {
    (0..<shape.kernelHeight).compactMap { tap in
      let distance = row + shape.paddingHeight - tap
      guard distance >= 0, distance % shape.stride == 0, distance / shape.stride < shape.outputHeight else {
        return nil
      }
      return (tap, distance / shape.stride)
    }
  }

  private func forEachBand(of rows: Int, _ body: @Sendable (Range<Int>) -> Void) {
    threads.forEach((rows + Self.band - 1) / Self.band) { task, _ in
      body(task * Self.band..<min(rows, (task + 1) * Self.band))
    }
  }
}

/// `floor(value / divisor)` for a positive divisor.
private func floorDivided(_ value: Int, by divisor: Int) -> Int {
  value >= 0 ? value / divisor : -((divisor - 1 - value) / divisor)
}

/// A row of sums, sixteen channels of each column.
@safe private final class LaneRow {
  let lanes: UnsafeMutablePointer<Lanes>

  init(count: Int) { unsafe lanes = allocateLanes(count) }

  deinit { unsafe lanes.deallocate() }

  /// Copies the first channels of one column.
  @unsafe func copy(_ column: Int, _ count: Int, to target: UnsafeMutablePointer<Float>) {
    if count == Lanes.scalarCount {
      unsafe UnsafeMutableRawPointer(target).storeBytes(of: lanes[column], as: Lanes.self)
    } else {
      unsafe target.update(from: floats(lanes + column), count: count)
    }
  }
}

/// Copies of neighboring rows of an image, with zeros on both sides.
@safe private final class PaddedRows {
  private let first: Int
  private let stride: Int
  private let memory: UnsafeMutablePointer<Float>

  /// Copies those of the rows that exist.
  @unsafe init(
    _ image: UnsafePointer<Float>, height: Int, width: Int, channels: Int, rows: Range<Int>, padding: Int
  ) {
    let rows = rows.clamped(to: 0..<height)
    let length = width * channels
    first = rows.lowerBound
    stride = (width + 2 * padding) * channels
    unsafe memory = .allocate(capacity: max(rows.count * stride, 1))
    for row in rows {
      let target = unsafe memory + (row - rows.lowerBound) * stride
      unsafe target.initialize(repeating: 0, count: padding * channels)
      unsafe (target + padding * channels).initialize(from: image + row * length, count: length)
      unsafe (target + padding * channels + length).initialize(repeating: 0, count: padding * channels)
    }
  }

  deinit { unsafe memory.deallocate() }

  /// The first element of a row, padding included.
  func row(_ row: Int) -> UnsafePointer<Float> { unsafe UnsafePointer(memory + (row - first) * stride) }
}
