internal import TestSupport
internal import Integers
internal import Header
internal import Claims
internal import Certification
internal import Files
internal import Quantization
internal import Training

extension FuzzTarget {
  /// Small valid files that fuzzing starts from, by name; `Tools/fuzz --write-seeds` puts them into the corpus.
  ///
  /// - Throws: never, unless a format has changed and not its seeds.
  package func seeds() throws -> [(name: String, bytes: [UInt8])] {
    switch self {
    case .header:
      try Self.models.map { seed in
        let text = headerText(of: try ModelClaims(deploying: seed.model, name: "x"))
        return ("seed-\(seed.name)", Array((seed.name == "one" ? text : Self.compact(text)).utf8))
      }
        + (try Self.maxPlusClaims).map { seed in
          ("seed-\(seed.name)", Array(Self.compact(headerText(of: try seed.claims.restated())).utf8))
        }
    case .safetensors:
      try Self.models.map { seed in ("seed-\(seed.name)", try modelBytes(seed.model, path: seed.name)) }
        + [
          ("seed-widths", Self.widths.encoded()), ("seed-pytorch", Self.pytorch),
          ("seed-deep", Self.deep.encoded()), ("seed-batchnorm", Self.batchNorm.encoded()),
        ]
    case .csv: Self.tables.map { ("seed-\($0.name)", Array($0.text.utf8)) }
    case .npz: Self.archives
    case .idx:
      [("seed-images", Self.images(width: 2, height: 3)), ("seed-pixels", Self.images(width: 1, height: 1))]
    }
  }

  /// A header without what means nothing to the parser, so that more inputs are tried in the same time.
  private static func compact(_ text: String) -> String {
    text.replacing(#/ *(\\\n *|/\*(.|\n)*?\*/)/#, with: "").replacing(#/\n +/#, with: "\n")
      .replacing(#/\n\n+/#, with: "\n")
  }

  /// Models that differ in shape, activation, storage and in what is optional.
  private static var models: [(name: String, model: FloatModel)] {
    let halves: [Float] = [0.5, -0.25, 0.125, 0.0625]
    var named = model(widths: [2, 2], weights: halves, activation: .identity)
    named.classNames = ["no *//* //\\", "yes \"\u{7F}??/\n"]
    named.featureNames = ["a", "\u{E9}"]
    named.examples = [[0.25, 0.5], [1, 0]]
    named.settings = ["seed": "7"]
    named.curve = [
      TrainingPoint(epoch: 1, loss: 0.5, accuracy: 0.75, verifiedAccuracy: nil),
      TrainingPoint(epoch: 2, loss: 1e-3, accuracy: 1, verifiedAccuracy: 0.5),
    ]
    named.network.layers[0].rowSumBound = 1
    var monotone = model(widths: [2, 2, 1], weights: halves, activation: .relu)
    for index in monotone.network.layers.indices { monotone.network.layers[index].rowSumBound = 1 }
    monotone.network.residuals = [ResidualTerm(input: 1, isIncreasing: true, weights: [1])]
    monotone.targets = [TargetMap(offset: 20, scale: 5)]
    monotone.targetNames = ["degrees"]
    monotone.tolerances = [0, 0.125]
    return [
      ("monotone", monotone),
      ("one", model(widths: [1, 1], weights: [0.5], activation: .identity)),
      ("names", named),
      ("relu", model(widths: [2, 2, 2], weights: halves, activation: .relu)),
      ("abs", model(widths: [1, 2, 3], weights: halves, activation: .abs)),
      ("maxmin", model(widths: [2, 3, 2], weights: halves, activation: .maxMin)),
      ("tanh", model(widths: [2, 2, 2], weights: halves, activation: .tanh)),
      (
        "sparse",
        model(widths: [6, 2, 2], weights: [0, 0, 0, 0, 0, 0.5, 0, 0, 0, -0.25, 0], activation: .relu)
      ),
    ]
  }

  /// Headers with max-plus layers of different layouts: alone, or behind and before other kinds.
  private static var maxPlusClaims: [(name: String, claims: ModelClaims)] {
    get throws {
      func layer(_ entries: [[(Int, Int, Int)]], _ columns: Int, _ activation: IntegerActivation)
        -> LayerClaims
      {
        LayerClaims(
          IntegerLayer(
            columns: columns,
            entries: entries.map { $0.map { MaxPlusEntry(column: $0.0, isNegated: $0.1 < 0, offset: $0.2) } },
            activation: activation))
      }
      let relu = model(widths: [2, 2, 2], weights: [0.5, -0.25, 0.125, 0.0625], activation: .relu)
      var hybrid = try ModelClaims(deploying: relu, name: "x")
      var distance = hybrid
      hybrid.layers[0] = layer([[(0, 1, -5), (1, 1, 3)], [(1, -1, 32767)]], 2, .abs)
      distance.layers = [
        layer([[(0, 1, -255), (1, -1, 7)], [(1, 1, 0), (0, -1, 255)]], 2, .identity),
        layer([[(0, 1, -300), (1, -1, 2)], [(1, 1, 0)]], 2, .negate),
      ]
      return [("distance", distance), ("hybrid", hybrid)]
    }
  }

  private static func model(widths: [Int], weights: [Float], activation: Activation) -> FloatModel {
    var layers: [FloatLayer] = []
    for (columns, rows) in zip(widths, widths.dropFirst()) {
      layers.append(
        FloatLayer(
          rows: rows, columns: columns, weights: (0..<rows * columns).map { weights[$0 % weights.count] },
          biases: (0..<rows).map { Float($0) / 16 }, rowSumBound: nil))
    }
    return FloatModel(
      network: FloatNetwork(layers: layers, activation: activation),
      inputMap: InputMap(offsets: [0], scales: [1], unit: 32768, minimumLSB: -32768, maximumLSB: 32767))
  }

  /// Tensors of no model, of both element types that are written.
  private static var widths: Safetensors {
    Safetensors(
      tensors: [
        "a": .init(shape: [2, 1], elements: .float32([1, .nan])),
        "b": .init(shape: [], elements: .float64([-2])),
        "c": .init(shape: [0, 3], elements: .float32([])),
      ], metadata: ["k": "v\u{1}"])
  }

  /// A network 2 → 2 → 2 of PyTorch in half precision of both kinds, which are read and never written.
  private static var pytorch: [UInt8] {
    let header =
      #"{"__metadata__":{"format":"pt"},"0.bias":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"#
      + #""0.weight":{"dtype":"F16","shape":[2,2],"data_offsets":[4,12]},"#
      + #""2.weight":{"dtype":"BF16","shape":[2,2],"data_offsets":[12,20]}}"#
    let halves: [UInt16] = [0x3800, 0xB400, 0x3C00, 0xC000, 0x4200, 0x3555]
    let brainHalves: [UInt16] = [0x3F80, 0xBF00, 0x40A0, 0xC120]
    let numbers = (halves + brainHalves).flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    return (0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) } + Array(header.utf8)
      + numbers
  }

  /// Layers so large that their last one is divided by a common factor.
  private static var deep: Safetensors {
    let weights: [Float] = [100, -200, 300, 50]
    let tensor = Safetensors.Tensor(shape: [2, 2], elements: .float32(weights))
    return Safetensors(tensors: ["fc1.weight": tensor, "fc2.weight": tensor, "fc3.weight": tensor])
  }

  /// A network 3 → 2 → 1 with BatchNorm between its layers, whose names leave the order to the shapes.
  private static var batchNorm: Safetensors {
    func tensor(_ shape: [Int], _ values: [Float]) -> Safetensors.Tensor {
      .init(shape: shape, elements: .float32(values))
    }
    return Safetensors(tensors: [
      "in.weight": tensor([2, 3], [0.5, -1, 2, 0.25, 0.5, 1]), "in.bias": tensor([2], [0.5, -0.5]),
      "bn.weight": tensor([2], [2, -1]), "bn.running_mean": tensor([2], [0.25, 0]),
      "bn.running_var": tensor([2], [1, 4]), "out.weight": tensor([1, 2], [1, -2]),
    ])
  }

  private static let tables: [(name: String, text: String)] = [
    ("classes", "a,b,label\n1,2,x\n-3.5e2,+4,\"y \"\"z\"\"\"\n"),
    ("digits", "p00,p01,p10,p11,label\n0,16,255,4,7\n1,2,3,4,07\n"),
    ("bare", "1,2\r\n\r\n 3 ,\t4\r\n"),
    ("marked", "\u{FEFF}label,x\nb,1e-3\na,\"2\"\n"),
    ("semicolons", "sep=;\r\na;b;label\r\n1,5;-2;x\r\n?;3;10\r\n"),
    ("summary", "2,1,no,yes\n1.5,0\n256,1\n"),
    ("blanks", " a b\tlabel\n 1 2   7.0\n NA 0.1 900\n"),
  ]

  /// Two parts of an image each, and one pair of arrays.
  private static let archives: [(name: String, bytes: [UInt8])] = [
    (
      "seed-parts",
      archive([
        ("x_train", "|u1", "1, 2, 3", [0, 1, 2, 3, 4, 5]), ("y_train", "|u1", "1,", [1]),
        ("x_test", "|u1", "1, 2, 3", [6, 7, 8, 9, 10, 11]), ("y_test", "<i2", "1, 1", [2, 0]),
      ])
    ),
    (
      "seed-pair",
      archive([
        ("X", ">f4", "2, 1", [0x3F, 0x80, 0, 0, 0xC0, 0, 0, 0]), ("y", "|i1", "2,", [0, 1]),
      ])
    ),
    (
      "seed-words",
      archive([
        ("train_images", "<u2", "2, 1, 1, 1", [0, 1, 255, 255]),
        ("train_labels", "<U1", "2,", [98, 0, 0, 0, 97, 0, 0, 0]),
        ("test_data", "|b1", "1, 2", [1, 0]), ("test_labels", "<f2", "1,", [0, 0x3C]),
      ])
    ),
  ]

  /// Two images and their labels, 7 and 1.
  private static func images(width: UInt8, height: UInt8) -> [UInt8] {
    let pixels = (0..<2 * width * height).map { $0 &* 37 }
    return [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, height, 0, 0, 0, width] + pixels + [
      0, 0, 8, 1, 0, 0, 0, 2, 7, 1,
    ]
  }
}
