/// Memory of a test between guard words, which nothing that is given the pointer may write.
@safe final class GuardedMemory<Element: BitwiseCopyable & Equatable> {
  /// The memory between the guards, exactly `count` elements.
  let pointer: UnsafeMutablePointer<Element>
  let count: Int
  private let block: UnsafeMutablePointer<Element>
  private let guardWord: Element
  private static var guardCount: Int { 32 }

  /// Fills the memory with `filler` and the guards with `guardWord`.
  init(count: Int, filler: Element, guardWord: Element) {
    self.count = max(count, 0)
    self.guardWord = guardWord
    let total = self.count + 2 * Self.guardCount
    unsafe block = UnsafeMutablePointer<Element>.allocate(capacity: total)
    unsafe block.initialize(repeating: guardWord, count: total)
    unsafe pointer = unsafe block + Self.guardCount
    for index in 0..<self.count { unsafe pointer[index] = filler }
  }

  deinit { unsafe block.deallocate() }

  /// What the memory holds.
  var values: [Element] { (0..<count).map { unsafe pointer[$0] } }

  var areGuardsIntact: Bool {
    (0..<Self.guardCount).allSatisfy {
      unsafe block[$0] == guardWord && block[Self.guardCount + count + $0] == guardWord
    }
  }
}
