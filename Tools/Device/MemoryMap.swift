/// The sizes of a board's memories, which its linker script states and nothing else does.
struct MemoryMap: Equatable {
  /// Bytes by the memory's name in the script.
  let sizes: [String: Int]

  /// The memories of a script: its lines `FLASH (rx) : ORIGIN = 0x00000000, LENGTH = 256K`.
  init(script: String) {
    var sizes: [String: Int] = [:]
    for line in script.split(separator: "\n") {
      let words = line.split { " =,".contains($0) }
      guard let place = words.firstIndex(of: "LENGTH"), place + 1 < words.count,
        let count = Int(words[place + 1].prefix { $0.isNumber })
      else { continue }
      let unit = ["K": 1 << 10, "M": 1 << 20][words[place + 1].suffix(1)]
      sizes[String(words[0])] = count * (unit ?? 1)
    }
    self.sizes = sizes
  }

  /// What is too large for which memory, or nil, from the linker's lines
  /// `section '.rodata' will not fit in region 'FLASH': overflowed by 52412 bytes`.
  ///
  /// A line is there for every section that ends behind the memory; the largest overflow is the whole one.
  func overflow(in linkerOutput: String) -> String? {
    var overflows: [String: Int] = [:]
    for line in linkerOutput.split(separator: "\n") where line.contains("will not fit in region") {
      let words = line.split { " ':".contains($0) }
      guard let place = words.firstIndex(of: "region"), let last = words.lastIndex(of: "bytes"),
        let count = Int(words[last - 1])
      else { continue }
      let name = String(words[place + 1])
      overflows[name] = max(overflows[name] ?? 0, count)
    }
    let parts = overflows.sorted { $0.key < $1.key }.compactMap { name, bytes in
      sizes[name].map { "\(grouped($0 + bytes)) bytes for \(name), which has \(grouped($0))" }
    }
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }
}
