import Training
@testable import Tools

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
  content.tightness = sampleTightness(text: text)
  content.tolerances = sampleTolerances(text: text)
  content.training = ReportContent.Training(
    epsilonText: text("1/20"),
    points: (1...6).map { epoch in
      TrainingPoint(
        epoch: epoch, loss: 2 / Double(epoch), accuracy: 0.9, verifiedAccuracy: epoch % 2 == 0 ? 0.8 : nil)
    })
  content.cost = AccuracyCost(
    samples: 360, floatCorrect: 348, integerCorrect: 347)
  content.layers = [
    ReportContent.Layer(
      kind: text("sparse"), rows: 64, columns: 4, shift: 15, activation: text("relu6"), nonzeroWeights: 100,
      parameterBytes: 700, rowSums: (0..<64).map { 32768 - 100 * $0 }, rowSumBound: 32768),
    ReportContent.Layer(
      kind: text("dense"), rows: 10, columns: 64, shift: 13, activation: text("identity"),
      nonzeroWeights: 640,
      parameterBytes: 1320, rowSums: (0..<10).map { 27_648 - 5 * $0 }, rowSumBound: 28_011),
  ]
  content.gallery = sampleGallery(text: text)
  content.devices = [
    RunCommand.Output(
      board: text("mps2-an386"), description: text("Cortex-M4"), samples: 360, mismatches: 0, radiusLSB: 2047,
      locallyCertified: 300, abstained: 60, instructionsPerInference: 9412,
      instructionsPerCertificate: 20_000,
      textBytes: 8000, dataBytes: 0, bssBytes: 1024, stackBytes: 400, scratchBytes: 256, parameterBytes: 2020,
      inferenceCodeBytes: 4000)
  ]
  content.settings = [ReportContent.Setting(name: text("seed"), value: text("one"))]
  content.commands = [ReportContent.Command(caption: text("Check"), line: text("supnorm verify digits.h"))]
  return content
}

/// An image that is wrong, and a row of features that is right.
func sampleGallery(text: (String) -> String = { $0 }) -> [ReportContent.GalleryGroup] {
  let radius = ReportContent.CertifiedRadius(lsb: 1234, tolerance: text("±0.6 gray levels"))
  return [
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
          label: text("good"), predicted: text("good"), isCorrect: true, global: radius, local: radius,
          holdsFor: text("heat ±0.8"))
      ]),
  ]
}

/// Five chains: exact, between two radii, wrong, refuted nowhere, and not even proved at the input itself.
func sampleTightness(text: (String) -> String = { $0 }) -> ReportContent.Tightness {
  ReportContent.Tightness(
    asked: 5, limits: text("100 nodes"), attack: text("PGD"),
    chains: [
      ReportContent.Chain(
        sample: 0, isCorrect: true, global: 100, local: 800, linear: 900, proved: 1000, refuted: 1001,
        empirical: 1200),
      ReportContent.Chain(
        sample: 1, isCorrect: true, global: 200, local: 1700, linear: 1800, proved: 2000, refuted: 2101,
        empirical: 2400),
      ReportContent.Chain(
        sample: 2, isCorrect: false, global: 0, local: 30, linear: 40, proved: 50, refuted: 51, empirical: 50),
      ReportContent.Chain(
        sample: 3, isCorrect: true, global: 300, local: 3000, linear: 3000, proved: 3000, refuted: nil,
        empirical: nil),
      ReportContent.Chain(
        sample: 4, isCorrect: true, global: 0, local: -1, linear: -1, proved: -1, refuted: 0, empirical: -1),
    ])
}

func sampleTolerances(text: (String) -> String = { $0 }) -> ReportContent.Tolerances {
  ReportContent.Tolerances(
    lsb: 2047,
    features: [
      ReportContent.Tolerances.Feature(
        name: text("heat"), declared: text("0.5"), covered: text("0.51"), perLSB: text("0.00025")),
      ReportContent.Tolerances.Feature(
        name: text("pressure"), declared: nil, covered: text("2"), perLSB: text("0.001")),
    ])
}

/// The page of a regression, with every part that is its own.
func sampleRegression(text: (String) -> String = { $0 }) -> ReportContent {
  var content = sampleReport(text: text)
  content.accuracy = nil
  content.cost = nil
  content.gallery = []
  content.tightness = nil
  content.monotone = [
    ReportContent.Monotone(statement: "no output falls when \(text("heat")) grows"),
    ReportContent.Monotone(statement: "no output rises when \(text("pressure")) grows"),
  ]
  let radii = [0.03, 0.06].map { epsilon in
    ReportContent.Radius(
      epsilonText: text("\(epsilon)"), epsilon: epsilon, lsb: Int(epsilon * 32768), isHeadline: epsilon > 0.05
    )
  }
  content.regression = ReportContent.Regression(
    target: text("yield"), samples: 3, meanAbsoluteError: 0.25, floatMeanAbsoluteError: 0.24,
    explainedVariance: 0.9,
    points: [
      ReportContent.Regression.Point(target: 1, output: 1.5, bounds: 1.2...1.8),
      ReportContent.Regression.Point(target: 2, output: 1.75, bounds: 1.5...2),
      ReportContent.Regression.Point(target: 3, output: 3, bounds: nil),
    ], pointRadius: radii[1],
    changes: [
      ReportContent.Regression.Change(radius: radii[0], anyInput: 0.31, largestLocal: 0.15, meanLocal: 0.1),
      ReportContent.Regression.Change(radius: radii[1], anyInput: nil, largestLocal: 0.3, meanLocal: 0.2),
    ])
  return content
}
