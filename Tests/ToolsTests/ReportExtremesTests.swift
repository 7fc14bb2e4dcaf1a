import Foundation
import Testing
import Training
@testable import Tools

@Suite("Report page at the extremes")
struct ReportExtremesTests {
  /// Every number in every picture is finite and lies within the picture's own frame.
  private func check(_ content: ReportContent) throws {
    let page = reportPage(content)
    let document = try ReportDocument(page)
    var frame = (width: 0.0, height: 0.0)
    for element in document.elements {
      if let box = element.attributes["viewBox"]?.split(separator: " ").compactMap({ Double($0) }) {
        frame = (box[2], box[3])
      }
      guard element.name == "text" else { continue }
      let x = try #require(element.attributes["x"].flatMap { Double($0) })
      let y = try #require(element.attributes["y"].flatMap { Double($0) })
      #expect((0...frame.width).contains(x) && (0...frame.height).contains(y), "\(element)")
    }
    for path in document.all("path") {
      let d = path.attributes["d"] ?? ""
      #expect(!d.isEmpty && !d.contains("nan") && !d.contains("inf"))
    }
  }

  @Test(arguments: [0, 1, 65535])
  func `No sample and every sample certified`(samples: Int) throws {
    for count in [0, samples] {
      var content = sampleReport()
      content.accuracy?.samples = samples
      content.accuracy?.clean = samples
      for index in 0..<5 { content.accuracy?.curves[index].counts = [count, count] }
      try check(content)
    }
  }

  @Test func `Radii 0 and 65535, alone, equal, many or none`() throws {
    var content = sampleReport()
    for epsilons in [
      [], [0], [0, 0], [2], [1e-9], [0, 2], (1...500).map { Double($0) / 250 }, [0.01, 0.011, 2],
    ] {
      content.accuracy?.radii = epsilons.map { epsilon in
        ReportContent.Radius(
          epsilonText: "\(epsilon)", epsilon: epsilon, lsb: min(65535, Int(epsilon * 32768)), isHeadline: true
        )
      }
      for index in 0..<5 {
        content.accuracy?.curves[index].counts = epsilons.map { $0 > 1 ? nil : 360 }
      }
      try check(content)
      // Fewer counts than radii.
      content.accuracy?.curves[0].counts = [360]
      try check(content)
    }
    content.gallery[0].samples[0].global = ReportContent.CertifiedRadius(lsb: 65535)
    content.gallery[0].samples[0].local = ReportContent.CertifiedRadius(lsb: 0)
    try check(content)
    #expect(reportPage(content).contains("65,535"))
  }

  @Test func `Radii of samples: none, all undecided, all without an end, all equal, many`() throws {
    func chain(_ radius: Int, refuted: Int?, empirical: Int?) -> ReportContent.Chain {
      ReportContent.Chain(
        sample: radius, isCorrect: radius % 2 == 0, global: max(radius, 0), local: radius, linear: radius,
        proved: radius, refuted: refuted, empirical: empirical)
    }
    let sets: [[ReportContent.Chain]] = [
      [], [chain(0, refuted: 1, empirical: 0)], [chain(-1, refuted: 0, empirical: -1)],
      [chain(65535, refuted: nil, empirical: nil)],
      (0..<40).map { chain($0 * 100, refuted: $0 * 200 + 1, empirical: $0 * 200) },
      (0..<40).map { chain($0 * 100, refuted: nil, empirical: nil) },
      (0..<40).map { _ in chain(1000, refuted: 1001, empirical: 1000) },
      (0..<1000).map { chain($0 * 65, refuted: $0 * 65 + 1, empirical: $0 * 65) },
    ]
    for chains in sets {
      for unit in [0, 1, 32768] {
        var content = sampleReport()
        content.unit = unit
        content.tightness?.chains = chains
        content.tightness?.asked = 1000
        try check(content)
      }
    }
  }

  @Test(arguments: [0, 1e-300, 0.5, 1e17, 1e30, 1e300, .greatestFiniteMagnitude, .infinity, .nan, -5])
  func `Outputs and bounds of any size, also none that is a number`(value: Double) throws {
    var content = sampleRegression()
    content.regression?.meanAbsoluteError = value
    content.regression?.explainedVariance = value
    content.regression?.points[0].output = value
    content.regression?.points[1].target = value
    if !value.isNaN { content.regression?.points[2].bounds = value...value.nextUp }
    content.regression?.changes[0].anyInput = value
    content.regression?.changes[1].largestLocal = value
    content.training?.points[0].accuracy = value
    try check(content)
    content.regression?.points = [ReportContent.Regression.Point(target: value, output: value, bounds: nil)]
    content.regression?.changes = []
    try check(content)
    content.regression?.points = []
    content.regression?.target = ""
    content.monotone = [ReportContent.Monotone(statement: "")]
    content.tolerances = ReportContent.Tolerances(lsb: 0, features: [])
    try check(content)
    content.regression?.samples = 0
    try check(content)
  }

  @Test func `One layer, one row, 512 rows, no rows, sums 0 and far above every bound`() throws {
    var content = sampleReport()
    for sums in [[], [0], [32768], [Int](repeating: 32768, count: 512), [Int.max, 0], [65535]] {
      for (shift, bound) in [(0, 1), (15, 32768), (15, 65535), (15, 0), (40, Int.max)] {
        content.layers = [
          ReportContent.Layer(
            kind: "dense", rows: sums.count, columns: 1, shift: shift, activation: "identity",
            nonzeroWeights: 0, parameterBytes: 0, rowSums: sums, rowSumBound: bound)
        ]
        try check(content)
      }
    }
  }

  @Test(arguments: [0, 1e-300, 1e-12, 0.2, 7, 1e6, 1e18, 1e300, .infinity, .nan, -5])
  func `Losses of any size, also none that is a number`(loss: Double) throws {
    for epochs in [[0], [1, 2], [1, 1], [1, 100_000]] {
      var content = sampleReport()
      content.training?.points = epochs.map { epoch in
        TrainingPoint(epoch: epoch, loss: loss, accuracy: loss, verifiedAccuracy: loss)
      }
      try check(content)
    }
  }
}
