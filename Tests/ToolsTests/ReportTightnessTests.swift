import Testing
@testable import Tools

@Suite("Tightness section of the report")
struct ReportTightnessTests {
  private let regions = ["tightness-wide", "tightness-narrow"]

  /// The running text of a page.
  private func paragraphs(_ content: ReportContent) throws -> String {
    try ReportDocument(reportPage(content)).all("p").map(\.text).joined(separator: "\n")
  }

  @Test func `The four curves are always there, the fifth only where the eye can tell it apart`() throws {
    var content = sampleReport()
    for region in regions {
      let document = try ReportDocument(reportPage(content))
      let labels = document.all("text", class: "label", in: region).map(\.text)
      #expect(labels == ["global", "local", "linear", "exact", "empirical"])
      for name in labels { #expect(document.all("path", class: name, in: region).count > 1, "\(name)") }
    }
    // Every radius the same: no linear curve of its own, no band, and still four names and lines.
    content.tightness?.chains = (0..<4).map { sample in
      ReportContent.Chain(
        sample: sample, isCorrect: true, global: 500, local: 500, linear: 500, proved: 500, refuted: 501,
        empirical: 500)
    }
    let document = try ReportDocument(reportPage(content))
    for region in regions {
      let labels = document.all("text", class: "label", in: region).map(\.text)
      #expect(labels == ["global", "local", "exact", "empirical"])
      #expect(document.all("path", class: "line", in: region).count == 4)
      #expect(document.all("path", class: "band", in: region).isEmpty)
    }
    #expect(try paragraphs(content).contains("the local certificate proves 100.0\u{A0}%"))
  }

  @Test func `A curve falls at the radius of each right sample`() throws {
    var content = sampleReport()
    content.unit = 1000
    content.tightness?.chains = [(100, true), (300, true), (400, false)].enumerated().map { index, sample in
      ReportContent.Chain(
        sample: index, isCorrect: sample.1, global: sample.0, local: sample.0, linear: sample.0,
        proved: sample.0, refuted: sample.0 + 1, empirical: 400)
    }
    let document = try ReportDocument(reportPage(content))
    let line = try #require(
      document.all("path", class: "line", in: "tightness-wide").first {
        $0.attributes["class"] == "line exact"
      })
    // The plot spans 46…906 for radii up to 0.4, and 48…332 for 100…0 %.
    let step = { (share: Double) in ((332 - share * 284) * 100).rounded() / 100 }
    #expect(
      line.attributes["d"]
        == "M46 \(step(2 / 3.0))L261 \(step(2 / 3.0))L261 \(step(1 / 3.0))L691 \(step(1 / 3.0))L691 332L906 332"
    )
  }

  @Test func `What is undecided is a band, a line in the column, and said`() throws {
    let document = try ReportDocument(reportPage(sampleReport()))
    for region in regions { #expect(document.all("path", class: "band", in: region).count == 1) }
    #expect(document.all("path", class: "gap", in: "tightness-samples-wide").count == 2)
    #expect(document.all("text", class: "cross", in: "tightness-samples-wide").count == 1)
    #expect(document.words.contains("neither proved nor refuted"))
    // Of 3,050 … 3,150: samples 0, 1 and 2 have an end; 2,530 of it local, 300 global.
    let words = try paragraphs(sampleReport())
    #expect(words.contains("between 80.3\u{A0}% and 83.0\u{A0}%"))
    #expect(words.contains("between 9.5\u{A0}% and 9.9\u{A0}%"))
    #expect(words.contains("3 radii are exact; 2 lie between"))
    #expect(words.contains("median gap of 100 LSB"))
    // Proved as far as anything is asked about.
    var content = sampleReport()
    content.tightness?.chains[3].proved = 65535
    #expect(try paragraphs(content).contains("4 radii are exact; 1 lie between"))
  }

  @Test func `It says what is proved and what is only measured, and when it was interrupted`() throws {
    var content = sampleReport()
    var words = try paragraphs(content)
    #expect(words.contains("are proved. The empirical radius is only measured"))
    #expect(words.contains("the first 5\u{A0}test samples") && !words.contains("interrupted"))
    content.tightness?.asked = 40
    words = try paragraphs(content)
    #expect(words.contains("5 of the first 40 test samples, when the search was interrupted"))
  }

  @Test func `The table has every radius`() throws {
    let document = try ReportDocument(reportPage(sampleReport()))
    let cells = document.all("td").map(\.text)
    for text in ["1,200", "1,700", "2,100", "no end", "none"] { #expect(cells.contains(text), "\(text)") }
  }

  @Test func `Declared tolerances are spoken of in the figures, the gallery and a table`() throws {
    var content = sampleReport()
    content.accuracy?.radii[0].isTolerance = true
    let document = try ReportDocument(reportPage(content))
    #expect(document.all("dt").map(\.text).contains("certified at the toleranceholds for heat ±0.5 together"))
    #expect(document.all("p", class: "holds").map(\.text) == ["holds for heat ±0.8 together"])
    #expect(try paragraphs(content).contains("covers the declared tolerance. An answer"))
    #expect(document.words.contains("±0.00025") && document.words.contains("pressure"))
    #expect(document.all("text", in: "accuracy-wide").map(\.text).contains("tolerance"))
    // One LSB more than they need, for the rounding of samples.
    #expect(try paragraphs(content).contains("for 2,048 LSB, because encoding the samples rounds"))
  }
}
