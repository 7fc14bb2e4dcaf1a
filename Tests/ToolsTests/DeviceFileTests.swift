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
    #expect(
      FirmwareImage.functions(of: text) == [
        CodeSizes.Function(name: "supnorm_infer", address: 0x140, size: 0x94),
        CodeSizes.Function(name: "local name", address: 0x1D4, size: 0x1A),
        CodeSizes.Function(name: "weak", address: 0x300, size: 0x20),
      ])
  }

  /// A line as QEMU writes it when a block runs.
  static func ran(_ address: String) -> String {
    "Trace 0: 0x7f057\(address) [00800408/\(address)/00000110/ff000200] at_\(address)\n"
  }

  /// The lines of a block that is translated and runs.
  static func translated(_ address: String, _ instructions: Int) -> String {
    let line = "0x\(address):  f244 0000  movw     r0, #0x4000\n"
    return "----------------\nIN: name\n" + String(repeating: line, count: instructions) + "\n" + ran(address)
  }

  static let stopped = "Stopped execution of TB chain before 0x7f05700000a02 [00000a02] name\n"

  static let marks: [String: UInt64] = [
    "mark_infer_begin": 0x100, "mark_infer_end": 0x200, "mark_certify_begin": 0x300,
    "mark_certify_end": 0x400,
  ]

  @Test func `Instructions between marks are counted, those taken back are not, whatever the pieces`() {
    let marks = ["00000100", "00000200", "00000300", "00000400"]
    let text = Array(
      ([Self.translated("00000010", 9), Self.translated(marks[0], 1), Self.translated("00000a00", 3)]
        + [Self.translated("00000a02", 4), Self.stopped, Self.ran("00000a02"), Self.translated(marks[1], 1)]
        + [Self.ran("00000010"), Self.translated(marks[2], 1), Self.translated("00000b00", 5)]
        + [Self.translated(marks[3], 1), Self.ran(marks[0]), Self.ran("00000a00"), Self.ran("00000a00")]
        // Another translation at the place of the block before.
        + [Self.translated("00000a00", 2), Self.ran(marks[1])]).joined().utf8)
    for size in [1, 2, 7, 64, text.count] {
      var counter = InstructionCounter(addresses: Self.marks, isThumb: false)
      for start in stride(from: 0, to: text.count, by: size) {
        counter.consume(text[start..<min(start + size, text.count)])
      }
      #expect(counter.counts.infer == [7, 8] && counter.counts.certify == [5], "pieces of \(size)")
      #expect(
        counter.counts.functions == [
          "at_00000a00": .init(infer: 11, certify: 0), "at_00000a02": .init(infer: 4, certify: 0),
          "at_00000b00": .init(infer: 0, certify: 5),
        ])
      #expect(InstructionCounts.mean(counter.counts.infer) == 8)
    }
  }

  @Test func `An instruction of Thumb in two lines counts once, and a compressed one of RISC-V by itself`() {
    let lines = [
      "f01c       .byte    0x1c, 0xf0", "e001       b        #0x14cc", "ecb9 1e88  ldc      p14, c1, [sb]",
      "eef2       .byte    0xf2, 0xee", "ee20 ecb5  mul      r0, r1, r2", "3e88       subs     r6, #0x88",
      "bf00       nop      ",
    ]
    let block = "IN: name\n" + lines.map { "0x00000a00:  \($0)\n" }.joined() + "\n" + Self.ran("00000a00")
    let text = Self.translated("00000100", 1) + block + Self.translated("00000200", 1)
    for (isThumb, count) in [(true, 5), (false, 7)] {
      var counter = InstructionCounter(addresses: Self.marks, isThumb: isThumb)
      counter.consume(Array(text.utf8))
      #expect(counter.counts.infer == [count])
    }
  }

  @Test func `A trace without marks, or of other text, counts nothing`() {
    var counter = InstructionCounter(addresses: [:], isThumb: true)
    counter.consume(Array((Self.translated("00000100", 2) + Self.ran("00000a00")).utf8))
    counter.consume(
      Array("T\nTrace 0: no bracket\nIN: \nTrace [nothing\n\n[/12/]\nIN:\n0x\nTrace 0: [1/zz/]\nS\n".utf8))
    #expect(counter.counts.infer.isEmpty && counter.counts.certify.isEmpty)
    #expect(InstructionCounts.mean([]) == 0)
  }

  @Test func `Code belongs to the function of the library that needs it first`() {
    let names = [
      "main", "supnorm_open", "supnorm_infer", "supnorm_certify", "supnorm_self_check", "supnorm_dense_infer",
      "supnorm_dense_exceeds", "supnorm_dense_check", "$s8Embedded1a", "$s8Embedded1b", "$s8Embedded1c",
      "__divsi3",
      "supnorm_new_kernel", "$s8Embedded4dead",
    ]
    let functions = names.enumerated().map { index, name in
      CodeSizes.Function(name: name, address: UInt64(0x100 * (index + 1)), size: 1 << index)
    }
    func address(_ name: String) -> String {
      String(functions.first { $0.name == name }?.address ?? 0, radix: 16)
    }
    func code(_ name: String, _ callees: String...) -> String {
      "00000\(address(name)) <\(name)>:\n    100:      \tpush\t{r4, lr}\n"
        + callees.map { "    102:      \tbl\t0x\(address($0)) <\($0)> @ imm = #0x64\n" }.joined()
        + "    104:      \tb\t0x\(address(name)) <\(name)+0x4> @ imm = #-0x2\n\n"
    }
    let text =
      code("main", "supnorm_open", "$s8Embedded4dead") + code("supnorm_infer", "$s8Embedded1a")
      + code("$s8Embedded1a", "__divsi3") + code("supnorm_certify", "$s8Embedded1a", "$s8Embedded1b")
      + code("supnorm_self_check", "$s8Embedded1b", "$s8Embedded1c")
    let code = CodeSizes(of: functions, calls: CodeSizes.calls(of: text, functions: functions))
    func bytes(_ names: String...) -> Int {
      functions.filter { names.contains($0.name) }.reduce(0) { $0 + $1.size }
    }
    let inference = bytes(
      "supnorm_open", "supnorm_infer", "supnorm_dense_infer", "$s8Embedded1a", "supnorm_new_kernel")
    #expect(code.inference == inference)
    #expect(code.answers == inference + bytes("supnorm_certify", "supnorm_dense_exceeds", "$s8Embedded1b"))
    #expect(code.selfCheck == bytes("supnorm_self_check", "supnorm_dense_check", "$s8Embedded1c"))
    #expect(code.selfTest == 0 && code.encoding == 0 && code.outputBounds == 0)
    #expect(code.runtime == bytes("__divsi3"))
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
