import Foundation
import Testing
import Training
@testable import Tools

@Suite("Report page")
struct ReportTests {
  @Test func `Is well-formed, loads nothing and runs nothing`() throws {
    let page = reportPage(sampleReport())
    let document = try ReportDocument(page)
    #expect(document.all("script").isEmpty)
    for element in document.elements {
      for name in element.attributes.keys {
        #expect(!["src", "href", "xlink:href"].contains(name) && !name.hasPrefix("on"))
      }
    }
    #expect(!page.contains("url(") && !page.contains("@import"))
    let ids = document.elements.compactMap { $0.attributes["id"] }
    #expect(Set(ids).count == ids.count)
    #expect(document.all("svg").count == 2 + 4 + 2 + 2 + 1)
    #expect(document.all("section").count == 9)
  }

  @Test func `States the guarantee in its exact words`() throws {
    let quote = try ReportDocument(reportPage(sampleReport())).all("blockquote").map(\.text)
    #expect(
      quote == ["“no change of up to radius LSB in each input, all inputs at once, can change this answer”"])
  }

  @Test func `Equal content gives equal bytes, other content gives others`() {
    #expect(reportPage(sampleReport()) == reportPage(sampleReport()))
    #expect(reportPage(sampleReport()) != reportPage(sampleReport(text: { $0 + "2" })))
  }

  @Test(arguments: [false, true])
  func `Hostile texts stay texts, every one of them`(isRegression: Bool) throws {
    let sample = isRegression ? sampleRegression(text:) : sampleReport(text:)
    var texts: [String] = []
    let content = sample { name in
      texts.append("</title></style><script>alert('\(name)')</script>\"&amp;<!--]]>&lt;")
      return texts[texts.count - 1]
    }
    let document = try ReportDocument(reportPage(content))
    #expect(document.all("script").isEmpty)
    // Texts as long as these, since the place that labels need decides which are shown.
    var lengths = texts.map(\.count).makeIterator()
    let harmless = sample { _ in String(repeating: "x", count: lengths.next() ?? 0) }
    let expected = try ReportDocument(reportPage(harmless))
    #expect(document.elements.map(\.name) == expected.elements.map(\.name))
    // What a regression has no place for was taken out of its sample.
    let description = "\(content)"
    for text in texts where !isRegression || description.contains(text) {
      #expect(document.words.contains(text), "\(text)")
    }
  }

  @Test func `Characters that XML cannot hold are replaced`() throws {
    let content = sampleReport { $0 + "\u{0}\u{1B}[31m\u{FFFF}\r😀é\t" }
    let document = try ReportDocument(reportPage(content))
    #expect(document.all("h1").map(\.text) == ["digits\u{FFFD}\u{FFFD}[31m\u{FFFD}\u{FFFD}😀é\t"])
  }

  @Test func `What is not in the content has no place on the page`() throws {
    let page = reportPage(
      ReportContent(name: "", shape: "1-1", activation: "", unit: 1, inputMinimum: 0, inputMaximum: 0))
    let document = try ReportDocument(page)
    #expect(document.all("h2").map(\.text) == ["What this does and does not certify"])
    #expect(document.all("svg").isEmpty && document.all("table").isEmpty)

    var content = sampleReport()
    content.accuracy = ReportContent.Accuracy(samples: 0, clean: 0, radii: [], curves: [])
    content.training?.points = []
    content.gallery = [ReportContent.GalleryGroup(title: "none", samples: [])]
    content.devices = []
    content.tightness?.chains = []
    content.tolerances = nil
    let headings = try ReportDocument(reportPage(content)).all("h2").map(\.text)
    #expect(headings == ["Row sums and their bound", "What this does and does not certify", "Reproduce it"])
  }

  @Test func `Percentages are rounded down and gains up`() throws {
    var content = sampleReport()
    content.accuracy?.samples = 100_000
    content.accuracy?.clean = 99_999
    content.layers[0].rowSums[0] = 32_769
    content.layers[0].rowSumBound = 32_800
    let document = try ReportDocument(reportPage(content))
    #expect(document.all("dd").map(\.text).contains("99.9\u{A0}%"))
    #expect(!document.words.contains("100.0"))
    #expect(document.words.contains("gain\u{A0}1.001"))
  }

  @Test func `A row above its bound and a device mismatch cannot be overlooked`() throws {
    let good = try ReportDocument(reportPage(sampleReport()))
    #expect(good.all("p", class: "alert").isEmpty && good.all("path", class: "over").isEmpty)
    #expect(good.all("p", class: "verdict").count == 2 && good.all("p", class: "good").count == 2)

    var content = sampleReport()
    content.layers[1].rowSums[4] = content.layers[1].rowSumBound + 1
    content.devices[0].mismatches = 1
    let bad = try ReportDocument(reportPage(content))
    #expect(bad.all("p", class: "alert").count == 2)
    #expect(bad.all("path", class: "over").map(\.region) == ["rows-1"])
    #expect(bad.all("td", class: "bad").map(\.text) == ["28,012", "1"])
    #expect(bad.all("p", class: "verdict").map(\.text).last == "✗ 1\u{A0}row of 10 above the bound")
  }

  @Test func `Pixels become one rectangle for each run of equal ink`() throws {
    var content = sampleReport()
    func draw(_ pixels: [Double]) throws -> [String] {
      content.gallery[0].samples[0].input = .image(pixels: pixels, width: 2, height: 2)
      let document = try ReportDocument(reportPage(content))
      return document.all("path").compactMap { path in
        path.attributes["fill-opacity"].map { "\($0) \(path.attributes["d"] ?? "")" }
      }
    }
    #expect(try draw([0, 1, 0.5, 0.5]) == ["0.5 M0 1h2v1h-2z", "1 M1 0h1v1h-1z"])
    #expect(try draw([.nan, -3, 0, 7]) == ["1 M1 1h1v1h-1z"])
    #expect(try draw([1, 1, 1]) == [])
  }

  @Test func `Equal curves are drawn once, under both names`() throws {
    var content = sampleReport()
    content.accuracy?.curves[1].counts = [330, 300]
    let labels = try ReportDocument(reportPage(content)).all("text", class: "label", in: "accuracy-narrow")
    #expect(
      labels.map(\.text).sorted() == [
        "certified = local", "clean 96.3\u{A0}%", "empirical", "exact", "global",
      ])
  }

  @Test(arguments: [0, 180, 355])
  func `Labels at the ends of curves do not cover each other`(count: Int) throws {
    var content = sampleReport()
    content.accuracy?.clean = 360
    for index in 0..<5 { content.accuracy?.curves[index].counts = [count, count + index] }
    let document = try ReportDocument(reportPage(content))
    for region in ["accuracy-wide", "accuracy-narrow"] {
      let places = document.all("text", class: "label", in: region).compactMap { $0.attributes["y"] }
        .compactMap { Double($0) }.sorted()
      #expect(places.count == 6)
      for (first, second) in zip(places, places.dropFirst()) { #expect(second - first > 15.9) }
      // Within the chart; the axis labels below stay free.
      #expect(places[0] > 10 && places[5] < (region == "accuracy-wide" ? 357 : 287))
    }
  }

  @Test func `Labels with room stay at their curves`() throws {
    var content = sampleReport()
    for index in 0..<5 { content.accuracy?.curves[index].counts = [360, 60 * index] }
    let document = try ReportDocument(reportPage(content))
    #expect(document.all("text", class: "label", in: "accuracy-wide").count == 6)
    #expect(document.all("path", class: "leader", in: "accuracy-wide").isEmpty)
  }

  @Test func `Points that are no numbers leave no mark`() throws {
    var content = sampleReport()
    content.training?.points[2].loss = .nan
    content.training?.points[3].loss = .infinity
    let lines = try ReportDocument(reportPage(content)).all("path", class: "line", in: "loss")
    #expect(lines.map { ($0.attributes["d"] ?? "").filter { "ML".contains($0) } } == ["MLLL"])
  }

  @Test func `Nothing is called cycles, and nothing searched for is called proved`() throws {
    let document = try ReportDocument(reportPage(sampleReport()))
    #expect(!document.words.lowercased().contains("cycle"))
    #expect(document.words.contains("measured, not proved"))
    #expect(document.words.contains("floating point and so only indicative"))
  }

  @Test
  func `A network of max-plus layers has no row sums, and its certificate is said to be half the margin`()
    throws
  {
    var content = sampleReport()
    for index in content.layers.indices {
      content.layers[index].kind = "max-plus"
      content.layers[index].rowSums = []
    }
    let words = try ReportDocument(reportPage(content)).words
    #expect(words.contains("half the margin") && words.contains("740 weights and entries"))
    #expect(!words.contains("Row sums and their bound"))
    content.layers[1] = sampleReport().layers[1]
    let hybrid = try ReportDocument(reportPage(content)).words
    #expect(!hybrid.contains("half the margin") && hybrid.contains("no multiplication, no rounding"))
    #expect(hybrid.contains("Row sums and their bound"))
  }
}
