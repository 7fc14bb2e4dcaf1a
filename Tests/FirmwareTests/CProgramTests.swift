import Header
import Claims
import Integers
import Certification
import Foundation
import Files
import TestSupport
import Testing
@testable import Tools

/// The README's C program and headers of max-plus networks, built with arm-none-eabi-gcc, the library and no other, on a
/// Cortex-M4 and a Cortex-M0; and every kernel on every board.
@Suite("C on a board", .serialized)
struct CProgramTests {
  static let boards = [("mps2-an386", "cortex-m4"), ("microbit", "cortex-m0")]

  @Test(arguments: boards)
  func `The README's C functions answer and certify on a board`(_ board: String, _ core: String) throws {
    let folder = try TestFolder()
    for arguments in [
      ["train", "--data", "digits", "--epochs", "20", "--out", "m.safetensors"],
      ["export", "m.safetensors", "--name", "digits", "--out", "digits.h"],
    ] {
      let result = try folder.supnorm(arguments)
      #expect(result.status == 0, "\(result.errorOutput)")
    }
    let readme = try String(contentsOf: Checkout.root.appending(path: "README.md"), encoding: .utf8)
    let start = try #require(readme.range(of: "```c\n"))
    let end = try #require(readme[start.upperBound...].range(of: "```"))
    try folder.write(String(readme[start.upperBound..<end.lowerBound]), as: "classify.c")
    // The golden vectors are the samples; the exit code says what differs.
    try folder.write(
      """
      #include "digits.h"

      int32_t classify(const int16_t pixels[DIGITS_INPUTS], uint32_t *radius);
      int32_t holds_at(const int16_t pixels[DIGITS_INPUTS], int32_t digit, int32_t radius);
      int32_t classify_or_abstain(const int16_t pixels[DIGITS_INPUTS], int32_t radius);
      int32_t start_up_test(void);

      int main(void) {
        if (start_up_test() != SUPNORM_OK) { return 10; }
        for (uint32_t index = 0; index < digits_golden_count(); index++) {
          const supnorm_golden *golden = &digits_golden()[index];
          uint32_t radius = 0;
          if (classify(golden->input, &radius) != golden->class_index) { return 11; }
          if (radius != golden->radius_lsb) { return 12; }
          if (golden->local_radius_lsb >= 0
              && !holds_at(golden->input, golden->class_index, golden->local_radius_lsb)) { return 13; }
          if (holds_at(golden->input, golden->class_index, golden->local_radius_lsb + 1)) { return 14; }
          int32_t largest = golden->local_radius_lsb;
          if (largest < (int32_t)golden->radius_lsb) { largest = (int32_t)golden->radius_lsb; }
          if (largest > 0 && classify_or_abstain(golden->input, largest) != golden->class_index) { return 15; }
          if (classify_or_abstain(golden->input, largest + 1) != SUPNORM_NO_CLASS) { return 16; }
          if (classify_or_abstain(golden->input, -1) != SUPNORM_ERROR_RADIUS) { return 17; }
        }
        return 0;
      }

      """, as: "main.c")
    try Self.run(["main.c", "classify.c"], in: folder, on: board, core)
  }

  @Test(arguments: boards)
  func `Max-plus layers of every layout, alone and in hybrids, check and test themselves on a board`(
    _ board: String, _ core: String
  ) throws {
    let folder = try TestFolder()
    var random = TestRandom("max-plus on a board")
    var includes = ""
    var calls = ""
    // A wide layer has halfwords.
    var networks = random.networks(3, styles: [.maxPlus, .hybrid])
    networks.append(
      try IntegerNetwork(
        layers: [
          random.maxPlusLayer(rows: 6, columns: 600, activation: .identity),
          random.maxPlusLayer(rows: 3, columns: 6, activation: .negate),
        ], unit: 255, inputMinimum: 0, inputMaximum: 255))
    for (index, drawn) in networks.enumerated() {
      let network = drawn.changed(unit: 255)
      let inputs = (0..<4).map { _ in random.input(of: network) }
      let claims = try ModelClaims(
        stating: network, name: "m\(index)", features: [ModelClaims.imageFeature(unit: 255)],
        golden: inputs)
      let text = headerText(of: claims)
      try folder.write(text, as: "m\(index).h")
      includes += "#include \"m\(index).h\"\n"
      calls += """
          if (supnorm_open(m\(index)_network(), &model) != SUPNORM_OK) { return \(50 + index); }
          if (supnorm_self_check(&model) != SUPNORM_OK) { return \(10 + index); }
          if (supnorm_self_test(&model, m\(index)_golden(), m\(index)_golden_count(), scratch, sizeof scratch,
                                logits) != SUPNORM_OK) { return \(30 + index); }

        """
    }
    try folder.write(
      """
      \(includes)
      static uint64_t scratch[256];

      int main(void) {
        static int32_t logits[64];
        static supnorm_model model;
      \(calls)  return 0;
      }

      """, as: "main.c")
    try Self.run(["main.c"], in: folder, on: board, core)
  }

  /// A program that only answers, with either network of a hybrid model.
  @Test(arguments: boards)
  func `A program of the inference network links no kernel for certificates, and answers alike`(
    _ board: String, _ core: String
  ) throws {
    var random = TestRandom("inference network")
    let network = random.networks(1, styles: [.hybrid])[0].changed(unit: 255)
    let input = random.input(of: network)
    let claims = try ModelClaims(
      stating: network, name: "m", features: [ModelClaims.imageFeature(unit: 255)], golden: [input])
    for (accessor, isComplete) in [("m_network", true), ("m_inference_network", false)] {
      let folder = try TestFolder()
      try folder.write(headerText(of: claims), as: "m.h")
      try folder.write(
        """
        #include "m.h"

        int main(void) {
          static M_SCRATCH(scratch);
          static supnorm_model model;
          int32_t logits[M_OUTPUTS];
          supnorm_result result;
          const supnorm_golden *golden = m_golden();
          if (supnorm_open(\(accessor)(), &model) != SUPNORM_OK) { return 10; }
          if (supnorm_self_check(&model) != SUPNORM_OK) { return 11; }
          if (supnorm_self_test(&model, golden, m_golden_count(), scratch, sizeof scratch, logits)) { return 12; }
          if (supnorm_infer(&model, golden->input, scratch, sizeof scratch, logits, &result)) { return 13; }
          if (result.class_index != golden->class_index || result.radius_lsb != golden->radius_lsb) { return 14; }
          int32_t status = supnorm_certify(&model, golden->input, 0, 1, scratch, sizeof scratch);
          return (status == SUPNORM_ERROR_KERNELS) == \(isComplete ? 0 : 1) ? 0 : 15;
        }

        """, as: "main.c")
      try Self.run(["main.c"], in: folder, on: board, core)
      let kernels = try FirmwareSymbolTests.names(folder.url.appending(path: "main.elf"))
        .filter { $0.wholeMatch(of: /supnorm_(dense|sparse|maxplus)\w*_(bound|exceeds)_v\w+/) != nil }
      #expect(kernels.isEmpty != isComplete, "\(accessor): \(kernels)")
    }
  }

  @Test(arguments: ExampleTests.boards)
  func `Every kernel equals plain loops in all shapes, shares of zeros, alignments and extremes`(
    _ target: ExampleTests.Target
  ) throws {
    let program = Checkout.root.appending(path: "Tests/Kernels/kernels.c").path
    try Self.run([program], in: TestFolder(), on: target.board, target.library)
  }

  /// Builds C files with the library for a board's core and runs them; exit code 0 is expected.
  static func run(_ sources: [String], in folder: TestFolder, on board: String, _ library: String) throws {
    let words = library.split(separator: "+")
    let isArm = library.hasPrefix("cortex")
    let startup = Checkout.root.appending(path: "Firmware/Startup")
    let startupSources = try FileManager.default.contentsOfDirectory(atPath: startup.path)
      .filter { $0.hasSuffix(".c") }.map { startup.appending(path: $0).path }
    let compile = try Checkout.run(
      isArm ? "arm-none-eabi-gcc" : "riscv64-unknown-elf-gcc",
      (isArm
        ? ["-mcpu=\(words[0])", "-mthumb", "-mfloat-abi=\(words.count > 1 ? words[1] : "soft")"]
        : ["-march=\(library)_zicsr", "-mabi=ilp32"]) + [
          "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-O2",
          "-ffreestanding", "-fno-builtin",
          "-nostdlib", "-Wl,--gc-sections", "-Wl,--fatal-warnings", "-I",
          Checkout.root.appending(path: "Sources/CSupNorm/include").path, "-I",
          startup.appending(path: "include").path, "-I", startup.path, "-L",
          Checkout.root.appending(path: "Firmware/Boards").path, "-T", "\(board)/\(board).ld",
        ] + sources + startupSources + [try Archives.path(library), "-o", "main.elf"], folder: folder.url)
    try #require(compile.status == 0, "\(compile.errorOutput)")
    let machine = try Board.named(board)
    let run = try Checkout.run(
      machine.qemu,
      machine.machineArguments + [
        "-nographic", "-monitor", "none", "-serial", "none", "-semihosting-config",
        "enable=on,target=native", "-kernel", "main.elf",
      ], folder: folder.url)
    #expect(run.status == 0, "exit code \(run.status) \(run.errorOutput)\(run.output)")
  }
}
