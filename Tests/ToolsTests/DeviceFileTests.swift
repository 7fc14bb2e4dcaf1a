import Foundation
import TestSupport
import Testing
@testable import Tools

/// What boards, the toolchain and QEMU leave for `supnorm run` to read, whole and damaged.
@Suite("Device files")
struct DeviceFileTests {
  /// results.bin of two samples with two outputs.
  static let words: [Int32] =
    [0x534E_5232, 0, 2, 2]
    + [500, -7, 0, 12, 0, 0, 400, -90, 600, 33]
    + [-1, 3, 1, 0, 1, -1, 0, 0, 0, 0]
    + [416, 520]

  static func bytes(_ words: [Int32]) -> [UInt8] {
    words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
  }

  static func results(_ bytes: [UInt8], status: Int32 = 0, said: String = "") throws -> DeviceResults {
    try DeviceResults(
      of: bytes, samples: 2, outputs: 2, run: .init(status: status, output: "", errorOutput: said))
  }

  @Test func `The linker's overflows are one line with what is needed and what is there`() {
    let map = MemoryMap(
      script: """
        MEMORY {
          FLASH (rx) : ORIGIN = 0x00000000, LENGTH = 256K
          RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 4M
        }
        """)
    #expect(map.sizes == ["FLASH": 262_144, "RAM": 4_194_304])
    let line = "ld.lld: error: section '.text' will not fit in region 'FLASH': overflowed by "
    let text = "\(line)12 bytes\n\(line)1856 bytes\n\(line)1000 bytes\n"
    #expect(map.overflow(in: text) == "264,000 bytes for FLASH, which has 262,144")
    #expect(map.overflow(in: "error: undefined symbol: memcpy\n") == nil)
  }

  @Test func `Every board's script states its memories`() throws {
    for board in try Board.names() {
      let sizes = try Board.memoryMap(of: board).sizes
      #expect(Set(sizes.keys) == ["FLASH", "RAM"] && sizes.values.allSatisfy { $0 >= 1 << 14 }, "\(board)")
    }
  }

  @Test func `A whole result file is read word by word`() throws {
    let results = try Self.results(Self.bytes(Self.words))
    #expect(results.inferStackBytes == 416 && results.certifyStackBytes == 520)
    #expect(results.answers.count == 2)
    let first = results.answers[0]
    #expect(first.logits == [500, -7] && first.classIndex == 0 && first.radiusLSB == 12)
    #expect(first.localVerdict == 0 && first.classWithin == 0)
    #expect(first.lower == [400, -90] && first.upper == [600, 33])
    let second = results.answers[1]
    #expect(second.logits == [-1, 3] && second.classIndex == 1 && second.radiusLSB == 0)
    #expect(second.localVerdict == 1 && second.classWithin == -1)
  }

  @Test func `A result file of any other length is refused`() {
    let whole = Self.bytes(Self.words)
    for count in 0..<whole.count {
      #expect(throws: CommandError.self) { try Self.results(Array(whole.prefix(count))) }
    }
    for extra in 1...8 {
      #expect(throws: CommandError.self) { try Self.results(whole + [UInt8](repeating: 0, count: extra)) }
    }
  }

  @Test func `Every flipped bit of a result file's header is refused`() {
    let whole = Self.bytes(Self.words)
    for bit in 0..<128 {
      var bytes = whole
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: CommandError.self) { try Self.results(bytes) }
    }
  }

  @Test func `What went wrong is said in one line`() {
    func message(_ words: [Int32], status: Int32 = 0, said: String = "") -> String {
      do {
        _ = try Self.results(Self.bytes(words), status: status, said: said)
        return "none"
      } catch {
        return "\(error)"
      }
    }
    #expect(
      message([], status: 1, said: "a\nno memory") == "the device left no results (QEMU status 1): no memory")
    #expect(message([0x534E_5232, -7, 0, 2, 0, 0], status: 1) == "the device stopped with status -7")
    #expect(message([0x534E_5232, 0, 1, 2, 0, 0]) == "the device answered 1 of 2 samples")
  }

  @Test func `Sections are read from llvm-objdump, and other lines are no sections`() {
    let text = """

      Application:\tfile format elf32-littlearm

      Sections:
      Idx Name            Size     VMA      Type
        0                 00000000 00000000 
        1 .vectors        00000040 00000000 TEXT
        2 .text           00001a2c 00000040 TEXT
        3 .rodata         0000001x 00001a6c DATA
        4 .bss            00000318 20000000 BSS
      """
    #expect(FirmwareImage.sections(of: text) == [".vectors": 0x40, ".text": 0x1A2C, ".bss": 0x318])
    #expect(FirmwareImage.sections(of: "").isEmpty)
  }

  @Test func `Functions are read from llvm-nm, Thumb bits off, and data and undefined names are none`() {
    let text = """
      00000141 00000094 T supnorm_infer
      000001d5 0000001a t local name
      00000300 00000020 w weak
      20000000 00000318 b scratch
               U undefined
      00000400 T without_size
      zzzz 00000010 T no_number
      """
    let symbols = FirmwareImage.symbols(of: text)
    #expect(Set(symbols.keys) == ["supnorm_infer", "local name", "weak"])
    #expect(symbols["supnorm_infer"]?.address == 0x140 && symbols["supnorm_infer"]?.size == 0x94)
    #expect(symbols["local name"]?.address == 0x1D4 && symbols["local name"]?.size == 0x1A)
  }

  /// Lines as QEMU writes them.
  static func trace(_ addresses: [String]) -> [UInt8] {
    Array(
      addresses.map { address in
        address == "stop"
          ? "Stopped execution of TB chain before 0x7f0570000100 [00000aec] name\n"
          : "Trace 0: 0x7f0570000100 [00800408/\(address)/00000110/ff000201] name\n"
      }.joined().utf8)
  }

  static let marks: [String: UInt64] = [
    "mark_infer_begin": 0x100, "mark_infer_end": 0x200, "mark_certify_begin": 0x300,
    "mark_certify_end": 0x400,
  ]

  @Test func `Instructions between marks are counted, those taken back are not, whatever the pieces`() {
    let text = Self.trace([
      "00000010", "00000100", "00000a00", "00000a02", "stop", "00000a02", "00000200", "00000010", "00000300",
      "00000b00", "00000400", "00000100", "00000a00", "00000a02", "00000a04", "00000200",
    ])
    for size in [1, 2, 7, 64, text.count] {
      var counter = InstructionCounter(addresses: Self.marks)
      for start in stride(from: 0, to: text.count, by: size) {
        counter.consume(text[start..<min(start + size, text.count)])
      }
      // (2 + 3) / 2 rounded up, and 1.
      #expect(counter.means == (3, 1), "pieces of \(size)")
    }
  }

  @Test func `A trace without marks, or of other text, counts nothing`() {
    var counter = InstructionCounter(addresses: [:])
    counter.consume(Self.trace(["00000100", "00000a00"]))
    counter.consume(Array("T\nTrace 0: no bracket\nTrace [nothing\n\n[/12/]\nTrace 0: [1/zz/]\n".utf8))
    #expect(counter.means == (0, 0))
  }

  @Test func `A program that does not end is killed at its time-out, and so is what it started`() throws {
    let folder = try TestFolder()
    #expect(throws: CommandError.self) {
      try Subprocess.run(
        "/bin/sh", ["-c", "echo $$ > first; sleep 600 & echo $! > second; wait"], folder: folder.url,
        timeout: 1)
    }
    for name in ["first", "second"] {
      let text = try String(contentsOf: folder.url.appending(path: name), encoding: .utf8)
      let process = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
      let state = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
      // Gone, or dead and not yet waited for.
      #expect(state == nil || state?.contains(") Z ") == true, "\(name): \(state ?? "")")
    }
  }

  @Test func `A program's status and both of its outputs are kept`() throws {
    let folder = try TestFolder()
    let result = try Subprocess.run(
      "/bin/sh", ["-c", "echo out; echo err >&2; exit 7"], folder: folder.url, timeout: 60)
    #expect(result.status == 7 && result.output == "out\n" && result.errorOutput == "err\n")
  }
}
