import Header
import Integers
import Claims
import Certification
import Files
import TestSupport
import Testing

@Suite("Header proofs")
struct HeaderProofTests {
  /// Three layers whose rows all reach their bound exactly, so that one LSB more breaks it.
  ///
  /// They are 6 → 5 dense, 5 → 4 sparse, 4 → 3 dense. Nothing needs to be a valid model: only the compiler reads it.
  static func tightModel() -> ModelClaims {
    func layer(_ rows: Int, _ columns: Int, isSparse: Bool, bound: Int, shift: Int, bias: Int) -> LayerClaims
    {
      LayerClaims(
        kind: isSparse ? .sparse : .dense, rowCount: rows, columns: columns, shift: shift,
        activation: .identity,
        rowSumBound: bound,
        rows: (0..<rows).map { row in
          // Signs alternate; the sum of the magnitudes is the bound.
          let entries = (0..<columns).filter { !isSparse || $0 != row }.map { column in
            let count = isSparse ? columns - 1 : columns
            let rest = column == (isSparse && row == 0 ? 1 : 0) ? bound % count : 0
            return WeightClaims.Entry(
              column: column, weight: (bound / count + rest) * (column % 2 == 0 ? 1 : -1))
          }
          return isSparse ? entries.filter { $0.weight > 0 } + entries.filter { $0.weight < 0 } : entries
        }, biases: [Int](repeating: bias, count: rows))
    }
    let layers = [
      layer(5, 6, isSparse: false, bound: 32768, shift: 15, bias: 1_073_725_439),
      layer(4, 5, isSparse: true, bound: 65534, shift: 15, bias: -49151),
      layer(3, 4, isSparse: false, bound: 65535, shift: 0, bias: 32767),
    ]
    return ModelClaims(
      name: "digits", formatVersion: IntegerNetwork.formatVersion, unit: 32768, inputs: 6, outputs: 3,
      inputMinimum: -32768,
      inputMaximum: 32767, scratchBytes: 64, inferScratchBytes: 32, crc32: 0, headCRC32: 0, layers: layers,
      bounds: [BoundClaims](repeating: BoundClaims(slope: 1, offset: 1), count: 3),
      features: [ModelClaims.imageFeature], featureNames: [], classNames: [],
      golden: [
        GoldenClaims(
          input: [0, 0, 0, 0, 0, 0], logits: [0, 0, 0], classIndex: 0, radiusLSB: 0, localRadiusLSB: 0)
      ])
  }

  /// Max-plus layers of every layout with entries at the ends of every range, and one dense layer.
  ///
  /// They are 700 → 3 of halfwords, 3 → 2 of bytes, 2 → 2 of words, 2 → 2 dense, 2 → 1 of words.
  static func maxPlusModel() -> ModelClaims {
    typealias Entry = MaxPlusClaims.Entry
    func layer(
      _ columns: Int, _ layout: Int, _ range: ClosedRange<Int>, _ bases: [Int], _ entries: [[Entry]]
    ) -> LayerClaims {
      LayerClaims(
        kind: .maxPlus, rowCount: entries.count, columns: columns, shift: 0, activation: .identity,
        rowSumBound: 1, layout: layout, entries: entries, bases: bases, range: range)
    }
    func row(_ column: Int, _ sign: Int, _ steps: [Int]) -> [Entry] {
      ([0] + steps).map { Entry(column: column, sign: sign, step: $0) }
    }
    let halfwords = [Int](repeating: 31, count: 8)
    let layers = [
      layer(
        700, 2, 0...255, [-131072, 131072, 0],
        [
          [Entry(column: 0, sign: 1, step: 0), Entry(column: 699, sign: -1, step: 0)]
            + row(350, 1, halfwords + [7]),
          row(699, -1, halfwords + [7]), row(0, 1, halfwords + [31]),
        ]),
      layer(3, 1, -7...248, [0, 1], [row(2, 1, [0, 255]), row(0, -1, [254, 1])]),
      layer(2, 0, -32768...32767, [5, 6], [row(1, -1, [65535]), row(0, 1, [65535, 65535])]),
      LayerClaims(
        kind: .dense, rowCount: 2, columns: 2, shift: 0, activation: .identity, rowSumBound: 2,
        rows: [
          [.init(column: 0, weight: 1), .init(column: 1, weight: 1)],
          [.init(column: 0, weight: -1), .init(column: 1, weight: 1)],
        ], biases: [0, 1]),
      layer(2, 0, 9...9, [7], [row(1, 1, [1])]),
    ]
    var model = tightModel()
    (model.inputs, model.outputs, model.layers, model.bounds) = (700, 1, layers, [])
    (model.inputMinimum, model.inputMaximum) = (0, 255)
    model.golden = [
      GoldenClaims(
        input: [Int](repeating: 0, count: 700), logits: [0], classIndex: 0, radiusLSB: 0, localRadiusLSB: 0)
    ]
    return model
  }

  /// What each compiler says about a header; nil when it accepts it.
  static func refusals(
    _ text: String, by compilers: [HeaderCompiler] = HeaderCompiler.provers, _ options: [String] = []
  ) throws -> [String?] {
    let folder = try TestFolder()
    try folder.write(text, as: "digits.h")
    try folder.write("#include \"digits.h\"\n", as: "digits.c")
    return try compilers.map { compiler in
      let output = try compiler.compile(options + ["-fsyntax-only", "digits.c"], in: folder)
      return output.status == 0 ? nil : output.text
    }
  }

  static let placeholder = 1_234_567_890

  /// Expects every compiler to refuse the model after a change, with a message that has all of the words.
  ///
  /// - Parameter number: stands in the text where the change puts `placeholder`; claims hold no number beyond Int32.
  static func expectRefusal(
    _ words: String, by compilers: [HeaderCompiler] = HeaderCompiler.provers,
    in model: ModelClaims = tightModel(), number: Int = placeholder,
    sourceLocation: SourceLocation = #_sourceLocation, _ change: (inout ModelClaims) -> Void
  ) throws {
    var model = model
    change(&model)
    let text = headerText(of: model).replacing("\(placeholder)", with: "\(number)")
    for (compiler, refusal) in zip(compilers, try refusals(text, by: compilers)) {
      let says = refusal?.contains(words) ?? false
      #expect(
        says, "\(compiler.testDescription) says \(refusal ?? "nothing"), expected \(words)",
        sourceLocation: sourceLocation)
    }
  }

  static let everyone =
    HeaderCompiler.all + [HeaderCompiler(program: "g++", standard: "c++14")] + [
      HeaderCompiler(program: "arm-none-eabi-g++", standard: "c++17")
    ]

  @Test
  func
    `Rows that reach their bound exactly are accepted, by every compiler and with every bias at its limit`()
    throws
  {
    for model in [Self.tightModel(), Self.maxPlusModel()] {
      for refusal in try Self.refusals(headerText(of: model), by: Self.everyone) {
        #expect(refusal == nil)
      }
    }
  }

  @Test(arguments: HeaderProofTests.everyone)
  func `Every compiler refuses a max-plus entry that is out of range, and a row that would not end`(
    compiler: HeaderCompiler
  ) throws {
    func expectRefusal(_ words: String, _ change: (inout ModelClaims) -> Void) throws {
      try Self.expectRefusal("digits.h: layer \(words)", by: [compiler], in: Self.maxPlusModel(), change)
    }
    let (range, span) = ("a column, sign or step out of range", "steps that do not span the range")
    try expectRefusal("0 row 0: \(range)") { $0.layers[0].entries[0][7].column = 700 }
    try expectRefusal("4 row 0: \(range)") { $0.layers[4].entries[0][1].sign = 0 }
    try expectRefusal("0 row 1: \(range)") { $0.layers[0].entries[1][1].step = 32 }
    try expectRefusal("1 row 0: \(range)") { $0.layers[1].entries[0][2].step = 256 }
    try expectRefusal("0 row 1: \(span)") { $0.layers[0].entries[1][9].step = 6 }
    try expectRefusal("1 row 1: \(span)") { $0.layers[1].entries[1].removeLast() }
    try expectRefusal("2 row 0: \(span)") { $0.layers[2].entries[0][0].step = 1 }
    try expectRefusal("2 row 1: \(span)") { $0.layers[2].entries[1] = [] }
    try expectRefusal("4 row 0: \(span)") { $0.layers[4].entries[0][1].step = 0 }
    try expectRefusal("0: number or size of the bases") { $0.layers[0].bases[1] += 1 }
    try expectRefusal("0: not the declared input range") { $0.inputMaximum = 256 }
  }

  @Test func `Max-plus columns, signs and steps are refused one beyond their ends, and however huge`()
    throws
  {
    let entries = Self.maxPlusModel().layers.map(\.entries)
    for layer in [0, 1, 2, 4] {
      let words = "digits.h: layer \(layer) row 0: a column, sign or step out of range"
      func expectRefusal(
        _ number: Int = Self.placeholder, _ change: (inout MaxPlusClaims.Entry) -> Void
      ) throws {
        for index in [0, entries[layer][0].count - 1] {
          try Self.expectRefusal(words, in: Self.maxPlusModel(), number: number) {
            change(&$0.layers[layer].entries[0][index])
          }
        }
      }
      let columns = Self.maxPlusModel().layers[layer].columns
      for column in [-1, columns, columns + 256, 65536, 1 << 40] {
        try expectRefusal(column) { $0.column = Self.placeholder }
      }
      for sign in [0, 2, -2, 257, 1 << 40] { try expectRefusal(sign) { $0.sign = Self.placeholder } }
      let greatest = [65535, 255, 31][Self.maxPlusModel().layers[layer].layout]
      for step in [-1, greatest + 1, 1 << 40, Int.max / 4] {
        try expectRefusal(step) { $0.step = Self.placeholder }
      }
    }
  }

  @Test func `Max-plus layers that are not max-plus's, and layouts that do not hold them, are refused`()
    throws
  {
    func expectRefusal(_ words: String, _ change: (inout ModelClaims) -> Void) throws {
      try Self.expectRefusal("digits.h: layer \(words)", in: Self.maxPlusModel(), change)
    }
    for layer in [0, 1, 2, 4] {
      try expectRefusal("\(layer): shift or row sum bound") { $0.layers[layer].shift = 1 }
      try expectRefusal("\(layer): shift or row sum bound") { $0.layers[layer].rowSumBound = 2 }
      for layout in [-1, 3, 1 << 40] {
        try expectRefusal("\(layer): layout does not fit") { $0.layers[layer].layout = layout }
      }
      for bound in [-32769, 32768] {
        try expectRefusal("\(layer): layout does not fit") { $0.layers[layer].inputMinimum = bound }
        try expectRefusal("\(layer): layout does not fit") { $0.layers[layer].inputMaximum = bound }
      }
      try expectRefusal("\(layer): columns do not fit the inputs") { $0.layers[layer].columns += 1 }
      try expectRefusal("\(layer): number or size of the bases") { $0.layers[layer].bases.removeLast() }
    }
    for (layer, columns) in [(0, 1025), (1, 129), (2, 32768)] {
      try expectRefusal("\(layer): layout does not fit") { $0.layers[layer].columns = columns }
    }
    for layer in [0, 1] {
      try expectRefusal("\(layer): layout does not fit") { $0.layers[layer].inputMaximum += 1 }
    }
    try expectRefusal("2: number or size of the bases") {
      $0.layers[2].entries.removeLast()
      $0.layers[2].rowCount = 1
    }
    for refusal in try Self.refusals(
      headerText(
        of: { () -> ModelClaims in
          var model = Self.maxPlusModel()
          model.layers[1].entries[0][1].step = 256
          return model
        }()), by: [.clang, .gcc, .arm, .clangXX, .gccXX], ["-DSUPNORM_SKIP_PROOF"])
    {
      #expect(refusal == nil, "without the proof it compiles")
    }
  }

  @Test(arguments: 0..<3)
  func `One LSB more in any one row is refused, and the message names layer and row`(layer: Int) throws {
    let rows = Self.tightModel().layers[layer].rows
    for row in [0, rows.count / 2, rows.count - 1] {
      let column = row % rows[row].count
      try Self.expectRefusal("digits.h: layer \(layer) row \(row): row sum exceeds") {
        let weight = $0.layers[layer].rows[row][column].weight
        $0.layers[layer].rows[row][column].weight += weight < 0 ? -1 : 1
      }
    }
  }

  @Test(arguments: HeaderProofTests.everyone)
  func `Every compiler refuses a row above its bound, in strict C99 too`(compiler: HeaderCompiler) throws {
    try Self.expectRefusal("digits.h: layer 1 row 2: row sum exceeds", by: [compiler]) {
      $0.layers[1].rows[2][1].weight += $0.layers[1].rows[2][1].weight < 0 ? -1 : 1
    }
    try Self.expectRefusal("digits.h: layer 0: an accumulator could overflow", by: [compiler]) {
      $0.layers[0].biases[4] += 1
    }
    try Self.expectRefusal("digits.h: layer 1 row 3: weights out of order or range", by: [compiler]) {
      $0.layers[1].rows[3][1].column = 0
    }
    try Self.expectRefusal("digits.h was written for another format version", by: [compiler]) {
      $0.formatVersion = 2
    }
  }

  @Test func `Without the proof the same row compiles`() throws {
    var model = Self.tightModel()
    model.layers[1].rows[2][1].weight -= 1
    for refusal in try Self.refusals(
      headerText(of: model), by: [.clang, .gcc, .arm, .clangXX, .gccXX], ["-DSUPNORM_SKIP_PROOF"])
    {
      #expect(refusal == nil)
    }
  }

  @Test(arguments: [
    32768, -32769, 65536, 65536 + 3, 65536 - 3, -65536, 4_294_967_296, 4_294_967_297, -4_294_967_295, Int.max,
    -Int.max,
  ])
  func `A weight outside Int16 is refused, also one that would wrap around to a legal one`(weight: Int) throws
  {
    try Self.expectRefusal("digits.h: layer 0 row 1: row sum exceeds", number: weight) {
      $0.layers[0].rows[1][0].weight = Self.placeholder
    }
    try Self.expectRefusal("digits.h: layer 1 row 1: row sum exceeds", number: weight) {
      $0.layers[1].rows[1][0].weight = Self.placeholder
    }
  }

  @Test func `A weight too many or too few is refused`() throws {
    try Self.expectRefusal("digits.h: layer 0 row 4: number of weights") {
      $0.layers[0].rows[4].append(.init(column: 6, weight: 0))
    }
    try Self.expectRefusal("digits.h: layer 2 row 0: number of weights") { $0.layers[2].rows[0].removeLast() }
    try Self.expectRefusal("digits.h: layer 2 row 1: number of weights") { $0.layers[2].rows[1] = [] }
  }

  @Test func `Sparse weights out of order, equal, zero, negative or beyond the layer are refused`() throws {
    let words = "digits.h: layer 1 row 0: weights out of order or range"
    // Row 0 has the columns 2 and 4 above 0, 1 and 3 below; its second becomes any but 3 and 4.
    for column in [-1, 0, 1, 2, 5, 65536 + 4, Int.max] {
      try Self.expectRefusal(words, number: column) { $0.layers[1].rows[0][1].column = Self.placeholder }
    }
    for column in [-1, 0, 1, 5, 6, 32766, 32768, 65535, 65536] {
      try Self.expectRefusal(words) { $0.layers[1].rows[0][3].column = column }
    }
    for first in [0, 2] { try Self.expectRefusal(words) { $0.layers[1].rows[0][first].column = -1 } }
    for second in 1..<4 { try Self.expectRefusal(words) { $0.layers[1].rows[0].swapAt(second - 1, second) } }
    for entry in 0..<4 { try Self.expectRefusal(words) { $0.layers[1].rows[0][entry].weight = 0 } }
    try Self.expectRefusal(words) { $0.layers[1].rows[0][0].weight = -1 }
    try Self.expectRefusal(words) { $0.layers[1].columns = 32768 }
  }

  @Test func `A bias or a bound that makes an overflow possible is refused, however huge`() throws {
    for layer in 0..<3 {
      let words = "digits.h: layer \(layer): an accumulator could overflow"
      let limit = abs(Self.tightModel().layers[layer].biases[0])
      for bias in [limit + 1, -limit - 1, 2_147_483_648, -2_147_483_648, 1 << 40, Int.max, -Int.max] {
        try Self.expectRefusal(words) { $0.layers[layer].biases[2] = bias }
      }
    }
    // 2^15 times these wraps around to 0 or to a negative number in 64 bits.
    for bound in [65536, 1 << 32, 1 << 48, 1 << 49, 1 << 50, Int.max] {
      try Self.expectRefusal("digits.h: layer 0: an accumulator could overflow") {
        $0.layers[0].rowSumBound = bound
      }
    }
    try Self.expectRefusal("digits.h: layer 0: an accumulator could overflow") {
      $0.layers[0].rowSumBound += 1
    }
  }

  @Test func `A lower bound, another shift and wrong numbers of things are refused`() throws {
    for layer in 0..<3 {
      for bound in [Self.tightModel().layers[layer].rowSumBound - 1, 0, -1] {
        try Self.expectRefusal("digits.h: layer \(layer) row 0: row sum exceeds") {
          $0.layers[layer].rowSumBound = bound
        }
      }
    }
    for shift in [-1, 16, 64] {
      try Self.expectRefusal("digits.h: layer 1: shift out of range") { $0.layers[1].shift = shift }
    }
    try Self.expectRefusal("digits.h: layer 2: number of biases") { $0.layers[2].biases.append(0) }
    try Self.expectRefusal("digits.h: layer 1: number of biases") { $0.layers[1].biases.removeLast() }
    try Self.expectRefusal("digits.h: number of pairs") { $0.bounds.removeLast() }
    try Self.expectRefusal("digits.h: number of pairs") { $0.bounds.append($0.bounds[0]) }
    try Self.expectRefusal("digits.h: number of outputs") { $0.outputs = 2 }
    try Self.expectRefusal("digits.h: layer 0: columns do not fit the inputs") { $0.inputs = 5 }
    try Self.expectRefusal("digits.h: layer 2: columns do not fit the inputs") { $0.layers[2].columns = 5 }
    try Self.expectRefusal("digits.h: layer 1: columns do not fit the inputs") {
      $0.layers[0].rows.removeLast()
      $0.layers[0].biases.removeLast()
      $0.layers[0].rowCount = 4
    }
  }

  @Test func `The longest rows are proved within the compilers' limits on steps and depth`() throws {
    var model = Self.tightModel()
    (model.outputs, model.bounds) = (1, [])
    func layer(_ kind: LayerKind) -> LayerClaims {
      let width = kind == .sparse ? 32_767 : 65_535
      // A maximum has two entries of most columns, and one more of the greatest step.
      let columns = kind == .maxPlus ? width / 2 : width
      let signs = (0..<width).map { $0 % 2 == 0 ? 1 : -1 }
      return LayerClaims(
        kind: kind, rowCount: 1, columns: columns, shift: kind == .maxPlus ? 0 : 15, activation: .identity,
        rowSumBound: kind == .maxPlus ? 1 : width,
        rows: kind == .maxPlus
          ? []
          : [
            (0..<width).map { .init(column: $0, weight: signs[$0]) }
              // A sparse row has what is above zero first.
              .sorted {
                kind == .sparse && $0.weight != $1.weight ? $0.weight > $1.weight : $0.column < $1.column
              }
          ],
        biases: kind == .maxPlus ? [] : [0],
        entries: kind == .maxPlus
          ? [
            (0..<width).map {
              .init(column: $0 % columns, sign: signs[$0], step: $0 == 0 ? 0 : $0 == 1 ? 2 : 1)
            }
          ] : [],
        bases: kind == .maxPlus ? [0] : [])
    }
    let folder = try TestFolder()
    model.golden[0] = GoldenClaims(input: [0], logits: [0], classIndex: 0, radiusLSB: 0, localRadiusLSB: 0)
    for kind in [LayerKind.dense, .sparse, .maxPlus] {
      model.layers = [layer(kind)]
      model.inputs = model.layers[0].columns
      try folder.write([model])
      try folder.write("#include \"digits.h\"\n", as: "digits.c")
      for compiler in [HeaderCompiler.gccXX11, .clangXX20] {
        let output = try compiler.compile(["-fsyntax-only", "digits.c"], in: folder)
        #expect(output.status == 0, "\(compiler) \(kind): \(output.text.prefix(1000))")
      }
    }
  }

  @Test func `A header of MNIST size compiles in every compiler, with its proof and without`() throws {
    var generator = HeaderModels()
    let network = try IntegerNetwork(
      layers: [
        generator.layer(rows: 64, columns: 784, isSparse: false, activation: .relu, bound: 32768),
        generator.layer(rows: 10, columns: 64, isSparse: false, activation: .identity),
      ], unit: 32640, inputMinimum: 0, inputMaximum: 32640)
    // Weights of a realistic length in digits, not the few large ones of a random row at its bound.
    var model = try generator.claims(network)
    for row in 0..<64 {
      for column in 0..<784 { model.layers[0].rows[row][column].weight = (row + column * column) % 83 - 41 }
    }
    let folder = try TestFolder()
    try folder.write([model])
    try folder.write(
      "#include \"digits.h\"\nint main(void) { return digits_network()->outputs; }\n", as: "main.c")
    for compiler in HeaderCompiler.provers {
      for options in [[], ["-DSUPNORM_SKIP_PROOF"]] {
        let output = try compiler.compile(options + ["-O2", "-c", "main.c", "-o", "/dev/null"], in: folder)
        #expect(output.status == 0, "\(output.text)")
      }
    }
  }
}
