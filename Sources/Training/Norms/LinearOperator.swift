/// A linear map that can be applied, forward and transposed, without its matrix ever being formed.
package protocol LinearOperator {
  /// Elements of what goes in.
  var inputCount: Int { get }
  /// Elements of what comes out.
  var outputCount: Int { get }

  /// `output ← W · input`.
  @unsafe func apply(_ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>)

  /// `input ← Wᵀ · output`.
  @unsafe func applyTransposed(_ output: UnsafePointer<Float>, into input: UnsafeMutablePointer<Float>)
}

extension LinearOperator {
  /// `W · input`.
  package func applied(to input: [Float]) -> [Float] {
    precondition(input.count == inputCount)
    return unsafe filled(outputCount) { unsafe apply(input, into: $0) }
  }

  /// `Wᵀ · output`.
  package func transposedApplied(to output: [Float]) -> [Float] {
    precondition(output.count == outputCount)
    return unsafe filled(inputCount) { unsafe applyTransposed(output, into: $0) }
  }

  private func filled(_ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) -> [Float] {
    var result = Array(repeating: Float(0), count: count)
    unsafe result.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      unsafe body(base)
    }
    return result
  }
}

/// A matrix as an operator; one copy of it serves both directions.
package struct DenseOperator: LinearOperator {
  private let rows: Int
  private let columns: Int
  private let elements: [Float]
  private let threads: Threads

  /// Creates the operator of row-major elements.
  package init(rows: Int, columns: Int, elements: [Float], threads: Threads = Threads(count: 2)) {
    precondition(elements.count == rows * columns)
    self.rows = rows
    self.columns = columns
    self.elements = elements
    self.threads = threads
  }

  package var inputCount: Int { columns }
  package var outputCount: Int { rows }

  /// - Complexity: O(rows · columns), shared by the threads; every sum is one chain over eights of columns.
  package func apply(_ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>) {
    let (input, output) = unsafe (Shared(input), Shared(output))
    forEachBand(of: rows) { band in
      unsafe elements.withUnsafeBufferPointer { elements in
        guard let base = elements.baseAddress else { return }
        for row in band {
          unsafe output.pointer[row] = unsafe product(base + row * columns, input.pointer, columns)
        }
      }
    }
  }

  /// - Complexity: O(rows · columns), shared by the threads; every sum is one chain over the rows.
  package func applyTransposed(_ output: UnsafePointer<Float>, into input: UnsafeMutablePointer<Float>) {
    let (output, input) = unsafe (Shared(output), Shared(input))
    forEachBand(of: columns) { band in
      unsafe elements.withUnsafeBufferPointer { elements in
        guard let base = elements.baseAddress else { return }
        unsafe (input.pointer + band.lowerBound).update(repeating: 0, count: band.count)
        for row in 0..<rows {
          unsafe add(
            output.pointer[row], times: base + (row * columns + band.lowerBound), band.count,
            to: input.pointer + band.lowerBound)
        }
      }
    }
  }

  /// Bands of sixteen times sixteen, so that no lane is cut.
  private func forEachBand(of count: Int, _ body: @Sendable (Range<Int>) -> Void) {
    let height = 256
    threads.forEach((count + height - 1) / height) { task, _ in
      body(task * height..<min(count, (task + 1) * height))
    }
  }
}

/// A pointer that tasks of one call share; each writes to its own part.
@unsafe struct Shared<Pointer>: @unchecked Sendable {
  let pointer: Pointer
  init(_ pointer: Pointer) { unsafe self.pointer = pointer }
}

/// `Σ a·b`, in four chains of eights and the rest behind.
@unsafe private func product(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int) -> Float {
  let (left, right) = unsafe (UnsafeRawPointer(a), UnsafeRawPointer(b))
  var sums = InlineArray<4, HalfLanes>(repeating: .zero)
  var index = 0
  while index + 32 <= count {
    for chain in 0..<4 {
      let place = 4 * (index + 8 * chain)
      sums[chain].addProduct(
        unsafe left.loadUnaligned(fromByteOffset: place, as: HalfLanes.self),
        unsafe right.loadUnaligned(fromByteOffset: place, as: HalfLanes.self))
    }
    index += 32
  }
  var sum = ((sums[0] + sums[1]) + (sums[2] + sums[3])).total
  while index < count {
    sum.addProduct(unsafe a[index], unsafe b[index])
    index += 1
  }
  return sum
}

/// `sums += factor · values`.
@unsafe private func add(
  _ factor: Float, times values: UnsafePointer<Float>, _ count: Int, to sums: UnsafeMutablePointer<Float>
) {
  let (source, target) = unsafe (UnsafeRawPointer(values), UnsafeMutableRawPointer(sums))
  let factors = HalfLanes(repeating: factor)
  var index = 0
  while index + 8 <= count {
    var lanes = unsafe target.loadUnaligned(fromByteOffset: 4 * index, as: HalfLanes.self)
    lanes.addProduct(factors, unsafe source.loadUnaligned(fromByteOffset: 4 * index, as: HalfLanes.self))
    unsafe target.storeBytes(of: lanes, toByteOffset: 4 * index, as: HalfLanes.self)
    index += 8
  }
  while index < count {
    unsafe sums[index].addProduct(factor, values[index])
    index += 1
  }
}
