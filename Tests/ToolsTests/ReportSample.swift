import Tools

/// A page with every part, each text made by `text` from what it stands for.
func sampleReport(text: (String) -> String = { $0 }) -> ReportContent {
  var content = ReportContent(
    name: text("digits"), shape: text("4-64-10"), activation: text("relu"), unit: 32768, inputMinimum: 0,
    inputMaximum: 32767)
  content.summary = text("handwritten digits")
  content.lipschitzBound = text("3.375")
  content.accuracy = ReportContent.Accuracy(
    samples: 360, clean: 347,
    radii: [
      ReportContent.Radius(epsilonText: text("1/16"), epsilon: 0.0625, lsb: 2048, isHeadline: true),
      ReportContent.Radius(epsilonText: text("2/16"), epsilon: 0.125, lsb: 4096),
    ],
    curves: [
      ReportContent.Curve(name: text("certified"), role: .certified, counts: [330, 300]),
      ReportContent.Curve(name: text("local"), role: .local, counts: [329, 299]),
      ReportContent.Curve(name: text("global"), role: .global, counts: [3, nil]),
      ReportContent.Curve(name: text("exact"), role: .exact, counts: [331, 301]),
      ReportContent.Curve(name: text("empirical"), role: .empirical, counts: [332, 302]),
    ])
  content.training = ReportContent.Training(
    epsilonText: text("1/20"),
    points: (1...6).map { epoch in
      ReportContent.Training.Point(
        epoch: epoch, loss: 2 / Double(epoch), accuracy: 0.9, verifiedAccuracy: epoch % 2 == 0 ? 0.8 : nil)
    })
  content.quantization = ReportContent.Quantization(
    samples: 360, floatCorrect: 348, integerCorrect: 347, pruneThresholdLSB: 128)
  content.layers = [
    ReportContent.Layer(
      kind: text("sparse"), rows: 64, columns: 4, shift: 15, activation: text("relu6"), nonzeroWeights: 100,
      parameterBytes: 700, rowSums: (0..<64).map { 32768 - 100 * $0 }, rowSumBound: 32768),
    ReportContent.Layer(
      kind: text("dense"), rows: 10, columns: 64, shift: 13, activation: text("identity"),
      nonzeroWeights: 640,
      parameterBytes: 1320, rowSums: (0..<10).map { 27_648 - 5 * $0 }, rowSumBound: 28_011),
  ]
  let radius = ReportContent.CertifiedRadius(lsb: 1234, tolerance: text("±0.6 gray levels"))
  content.gallery = [
    ReportContent.GalleryGroup(
      title: text("Typical"), note: text("around the median"),
      samples: [
        ReportContent.Sample(
          input: .image(pixels: [0, 1, 1, 0], width: 2, height: 2), label: text("seven"),
          predicted: text("one"), isCorrect: false, global: radius, local: nil)
      ]),
    ReportContent.GalleryGroup(
      title: text("Sensors"),
      samples: [
        ReportContent.Sample(
          input: .features([.init(name: text("heat"), value: text("20"), tolerance: text("±0.4 °C"))]),
          label: text("good"), predicted: text("good"), isCorrect: true, global: radius, local: radius)
      ]),
  ]
  content.devices = [
    ReportContent.Device(
      board: text("mps2-an386"), description: text("Cortex-M4"), samples: 360, mismatches: 0,
      instructionsPerInference: 9412, parameterBytes: 2020)
  ]
  content.settings = [ReportContent.Setting(name: text("seed"), value: text("one"))]
  content.environment = [ReportContent.Setting(name: text("Swift"), value: text("6.3"))]
  content.commands = [ReportContent.Command(caption: text("Check"), line: text("supnorm verify digits.h"))]
  return content
}
