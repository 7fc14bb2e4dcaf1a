import Integers
import Claims
import Certification
import Files
import TestSupport
import Testing

@Suite("Headers in compilers")
struct HeaderCompilationTests {
  static let strict = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-c", "-o", "/dev/null"]

  /// Random models, and one that states the extreme value of every number a compiler sees.
  static func models() throws -> [ModelClaims] {
    var generator = HeaderModels()
    var models: [ModelClaims] = []
    for index in 0..<9 {
      models.append(try generator.claims(outputs: index == 0 ? 1 : nil, name: "m\(index)"))
    }
    var maxPlus = HeaderProofTests.maxPlusModel()
    maxPlus.name = "maxplus"
    models.append(maxPlus)
    var extreme = try generator.claims(
      IntegerNetwork(
        layers: [
          IntegerLayer(
            rows: 2, columns: 2, weights: [-32768, 32767, 32767, -32768], biases: [16383, -16383], shift: 15,
            activation: .sort, rowSumBound: 65535, isSparse: false),
          // A row without entries beside one with a single entry.
          IntegerLayer(
            rows: 2, columns: 2, weights: [0, 0, 0, -32768], biases: [1_073_741_823, -1_073_741_823],
            shift: 0,
            activation: .maxMin, rowSumBound: 32768, isSparse: true),
          IntegerLayer(
            rows: 2, columns: 2, weights: [0, 0, 0, 0], biases: [2_147_483_647, -2_147_483_647], shift: 0,
            activation: .identity, rowSumBound: 0, isSparse: false),
        ], unit: 32768, inputMinimum: -32768, inputMaximum: 32767), name: "extreme")
    extreme.bounds[0] = BoundClaims(slope: 4_294_967_295, offset: 4_294_967_295)
    extreme.crc32 = 4_294_967_295
    extreme.golden[0].logits = [-2_147_483_648, 2_147_483_647]
    extreme.golden[0].radiusLSB = 65535
    extreme.golden[0].localRadiusLSB = -1
    extreme.features[0] = FeatureClaims(
      offset: -.leastNonzeroMagnitude, scale: 1.7976931348623157e308, multiplier: 2_147_483_647,
      addend: -2_147_483_648, shift: 31,
      tolerance: 1e-300)
    extreme.featureNames = HeaderModels.oddNames
    extreme.classNames = [String(repeating: "ж?", count: 300)]
    return models + [extreme]
  }

  /// A file that takes everything out of the headers that a user would.
  static func user(of models: [ModelClaims]) -> String {
    let includes = models.map { "#include \"\($0.name).h\"\n" }.joined()
    let functions = models.map { model in
      let (lower, upper) = (model.name, model.name.uppercased())
      return """
        const supnorm_network *use_\(lower)(long long *numbers);
        const supnorm_network *use_\(lower)(long long *numbers) {
          static int32_t logits[\(lower)_outputs];
          static int16_t input[\(upper)_INPUTS];
          static \(upper)_SCRATCH(scratch);
          numbers[0] = \(upper)_UNIT + \(upper)_INPUT_MIN + \(upper)_INPUT_MAX;
          numbers[1] = \(upper)_LAYERS + \(upper)_INFER_SCRATCH_BYTES + \(upper)_LAYER0_SHIFT;
          numbers[2] = \(lower)_golden()[\(lower)_golden_count() - 1].radius_lsb;
          numbers[3] = \(upper)_CRC32 + sizeof logits + sizeof input + sizeof scratch;
          return \(lower)_network();
        }

        """
    }
    return includes + functions.joined()
  }

  @Test(arguments: HeaderCompiler.all)
  func `No compiler has a warning, whether the header is used or only included`(compiler: HeaderCompiler)
    throws
  {
    let folder = try TestFolder()
    let models = try Self.models()
    try folder.write(models)
    try folder.write(Self.user(of: models), as: "user.c")
    // Twice, for the include guards; an empty translation unit would be a pedantic warning of its own.
    let includes = models.map { "#include \"\($0.name).h\"\n" }.joined()
    try folder.write(includes + includes + "typedef int something;\n", as: "includer.c")
    for file in ["user.c", "includer.c"] {
      for options in [["-O0"], ["-O2"], ["-O0", "-DSUPNORM_SKIP_PROOF"]] {
        let output = try compiler.compile(Self.strict + options + [file], in: folder)
        #expect(output.status == 0 && output.text.isEmpty, "\(compiler) \(options) \(file): \(output.text)")
      }
    }
  }

  @Test func `A header imports into Swift, and large arrays are reached through its accessors`() throws {
    var generator = HeaderModels()
    let network = try IntegerNetwork(
      layers: [
        generator.layer(rows: 64, columns: 100, isSparse: false, activation: .relu, bound: 32768),
        generator.layer(rows: 32, columns: 64, isSparse: true, activation: .maxMin, bound: 32768),
        generator.layer(rows: 3, columns: 32, isSparse: false, activation: .identity),
      ], unit: 32640, inputMinimum: -100, inputMaximum: 32640)
    let claims = try generator.claims(network)
    let folder = try TestFolder()
    try folder.write([claims])
    try folder.write("module Digits { header \"digits.h\" export * }\n", as: "module.modulemap")
    try folder.write(
      """
      import CSupNorm
      import Digits

      let network: supnorm_network = digits_network().pointee
      print(DIGITS_UNIT, DIGITS_INPUTS, DIGITS_OUTPUTS, DIGITS_LAYERS, DIGITS_INPUT_MIN, DIGITS_INPUT_MAX)
      print(network.unit, network.inputs, network.outputs, network.layer_count, network.input_min, network.input_max)
      print(DIGITS_CRC32, network.crc32, DIGITS_SCRATCH_BYTES, DIGITS_INFER_SCRATCH_BYTES)
      print(DIGITS_LAYER1_KIND == SUPNORM_SPARSE, DIGITS_LAYER0_ROW_SUM_BOUND)
      for index in 0..<Int(network.layer_count) {
        let layer = network.layers[index]
        let weights = (0..<Int(layer.entries)).map {
          layer.words == nil ? Int(layer.weights[$0]) : Int(Int32(bitPattern: layer.words[$0]) >> 16)
        }
        let biases = (0..<Int(layer.rows)).map { Int(layer.biases[$0]) }
        print(layer.entries, weights.reduce(0) { ($0 * 31 + $1) % 1_000_003 }, biases)
      }
      for index in 0..<Int(digits_golden_count()) {
        let golden = digits_golden()[index]
        print((0..<Int(network.inputs)).map { golden.input[$0] }, (0..<3).map { golden.logits[$0] })
        print(golden.class_index, golden.radius_lsb, golden.local_radius_lsb)
      }
      """, as: "main.swift")
    try folder.writeKernels()
    #expect(try HeaderCompiler.clang.compile(["-c", "kernels.c", "-o", "kernels.o"], in: folder).status == 0)
    let build = try runProgram(
      "swiftc", ["-I", folder.path, "-I", supnormInclude, "main.swift", "kernels.o", "-o", "program"],
      in: folder)
    #expect(build.status == 0 && !build.text.contains("warning"), "\(build.text)")

    let numbers = "\(claims.unit) 100 3 3 -100 32640"
    var expected = [
      numbers, numbers, "\(claims.crc32) \(claims.crc32) \(claims.scratchBytes) \(claims.inferScratchBytes)",
      "true 32768",
    ]
    for layer in claims.layers {
      let weights = layer.rows.flatMap { $0.map(\.weight) }
      expected.append("\(weights.count) \(weights.reduce(0) { ($0 * 31 + $1) % 1_000_003 }) \(layer.biases)")
    }
    for golden in claims.golden {
      expected.append("\(golden.input) \(golden.logits)")
      expected.append("\(golden.classIndex) \(golden.radiusLSB) \(golden.localRadiusLSB)")
    }
    let run = try runProgram(folder.file("program"), [], in: folder)
    #expect(run.text.split(separator: "\n").map(String.init) == expected)
  }
}
