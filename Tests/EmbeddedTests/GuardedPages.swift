import CSupNorm
import Foundation

/// Bytes between pages that nobody may read: a read outside ends the test run.
@safe final class GuardedPages {
  /// The bytes; those behind them, up to a multiple of 4, belong to the same page.
  let bytes: UnsafeMutableRawBufferPointer
  private let base: UnsafeMutableRawPointer
  private let length: Int

  /// Copies bytes to the end of their pages, or to the beginning.
  init(copying source: UnsafeRawBufferPointer, atEnd: Bool) {
    let page = Int(getpagesize())
    let size = max((source.count + page - 1) / page * page, page)
    length = size + 2 * page
    guard let memory = unsafe mmap(nil, length, PROT_NONE, MAP_PRIVATE | MAP_ANON, -1, 0),
      unsafe memory != MAP_FAILED, unsafe mprotect(memory + page, size, PROT_READ | PROT_WRITE) == 0
    else { preconditionFailure("no pages for \(source.count) bytes") }
    unsafe base = memory
    // Arrays are aligned to 4 bytes.
    let start = atEnd ? size - (source.count + 3) / 4 * 4 : 0
    unsafe bytes = UnsafeMutableRawBufferPointer(start: memory + page + start, count: source.count)
    unsafe bytes.copyMemory(from: source)
  }

  deinit { unsafe munmap(base, length) }
}

/// A network whose struct, layers and arrays lie in guarded pages of their own, for flipping each of their bits.
@safe final class FlippableNetwork {
  /// Every byte but those of addresses.
  private(set) var regions: [UnsafeMutableRawBufferPointer] = unsafe []
  private var pages: [GuardedPages] = []
  private let atEnd: Bool
  private var pointer: UnsafePointer<supnorm_network>?
  private var model = unsafe supnorm_model()

  /// Copies a network.
  ///
  /// - Parameter atEnd: whether the guard lies right behind each array, or right before it.
  init(_ source: CNetwork, atEnd: Bool) {
    self.atEnd = atEnd
    var network = unsafe source.network.pointee
    let layers = unsafe (0..<Int(network.layer_count)).map { index in
      var layer = unsafe source.layers[index]
      let entries = unsafe Int(layer.entries)
      unsafe layer.weights = copy(layer.weights, entries)
      unsafe layer.biases = copy(layer.biases, Int(layer.rows))
      unsafe layer.words = copy(layer.words, entries)
      unsafe layer.row_entries = copy(
        layer.row_entries, Int(layer.rows) * (Int32(layer.kind) == SUPNORM_SPARSE ? 2 : 1))
      unsafe layer.halfwords = copy(layer.halfwords, entries)
      unsafe layer.nodes = copy(layer.nodes, Int(layer.table_nodes))
      return unsafe layer
    }
    let outputs = unsafe Int(network.outputs)
    let isRegression = unsafe Int32(network.task) == SUPNORM_REGRESSION
    unsafe network.bounds = copy(network.bounds, isRegression ? outputs : outputs * (outputs - 1) / 2)
    unsafe network.features = copy(network.features, Int(network.feature_count))
    unsafe network.residual_inputs = copy(network.residual_inputs, Int(network.residual_count))
    let layerCopies = unsafe layers.withUnsafeBufferPointer { unsafe place(UnsafeRawBufferPointer($0)) }
    let layerCount = unsafe Int(network.layer_count)
    for index in 0..<layerCount {
      let start = unsafe index * MemoryLayout<supnorm_layer>.stride
      let numbers =
        unsafe (MemoryLayout<supnorm_layer>.offset(of: \.table_nodes) ?? 0) + MemoryLayout<UInt16>.size
      unsafe regions.append(UnsafeMutableRawBufferPointer(rebasing: layerCopies[start..<start + numbers]))
    }
    unsafe network.layers = UnsafePointer(layerCopies.bindMemory(to: supnorm_layer.self).baseAddress)
    let copied = unsafe withUnsafeBytes(of: network) { unsafe place($0) }
    let addresses = unsafe MemoryLayout<supnorm_network>.offset(of: \.layers) ?? 0
    unsafe regions.append(UnsafeMutableRawBufferPointer(rebasing: copied[0..<addresses]))
    unsafe pointer = UnsafePointer(copied.bindMemory(to: supnorm_network.self).baseAddress)
    _ = unsafe CSupNorm.supnorm_open(pointer, &model)
  }

  /// The status of the self-check of the model that was opened before any bit was flipped.
  ///
  /// It opens the network again first, so that who opens it only now is refused no later.
  func selfCheck() -> Int32 { unsafe CSupNorm.supnorm_self_check(&model) }

  /// Calls `body` with every single bit flipped, one after the other.
  func forEachFlip(_ body: (_ place: String) -> Void) {
    let count = unsafe regions.count
    for region in 0..<count {
      for byte in unsafe 0..<regions[region].count {
        for bit in 0..<8 {
          unsafe regions[region][byte] ^= 1 << UInt8(bit)
          body("region \(region) byte \(byte) bit \(bit)")
          unsafe regions[region][byte] ^= 1 << UInt8(bit)
        }
      }
    }
  }

  private func place(_ source: UnsafeRawBufferPointer) -> UnsafeMutableRawBufferPointer {
    let page = unsafe GuardedPages(copying: source, atEnd: atEnd)
    pages.append(page)
    return unsafe page.bytes
  }

  /// A copy of an array in pages of its own; null stays null.
  private func copy<Element: BitwiseCopyable>(_ array: UnsafePointer<Element>?, _ count: Int)
    -> UnsafePointer<Element>?
  {
    guard let array = unsafe array else { return nil }
    let bytes = unsafe place(UnsafeRawBufferPointer(UnsafeBufferPointer(start: array, count: count)))
    unsafe regions.append(bytes)
    return unsafe UnsafePointer(bytes.bindMemory(to: Element.self).baseAddress)
  }
}
