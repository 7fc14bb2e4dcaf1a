import Testing
@testable import Tools

@Suite("Report page of a regression")
struct ReportRegressionTests {
  @Test func `It speaks of outputs and bounds, not of classes`() throws {
    let document = try ReportDocument(reportPage(sampleRegression()))
    for word in ["accuracy", "certified accuracy", "class"] {
      #expect(!document.all("p").contains { $0.text.lowercased().contains(word) }, "\(word)")
    }
    #expect(
      document.all("blockquote").map(\.text) == [
        "“no change of up to radius LSB in each input, all inputs at once, can move this output by more than bound”"
      ])
    let ids = document.elements.compactMap { $0.attributes["id"] }
    #expect(Set(ids).count == ids.count && ids.contains("scatter-t") && ids.contains("change-t"))
    #expect(document.words.contains("explained 90.0\u{A0}%"))
    #expect(document.words.contains("output and bounds were compared"))
  }

  @Test func `Each point within the range has its bar, and every radius its bounds`() throws {
    let document = try ReportDocument(reportPage(sampleRegression()))
    #expect(document.all("path", class: "mark", in: "scatter").count == 3)
    let bars = try #require(document.all("path", class: "interval", in: "scatter").first)
    #expect((bars.attributes["d"] ?? "").count { $0 == "M" } == 2)
    #expect(document.all("path", class: "mark", in: "change").count == 1 + 2 + 2)
    let cells = document.all("td").map(\.text)
    #expect(cells.contains("±0.3100") && cells.contains("no bound") && cells.contains("0.2400"))
    #expect(document.all("dd").map(\.text).contains("no bound"))
  }

  @Test func `A bound is rounded up`() throws {
    var content = sampleRegression()
    content.regression?.changes[0].anyInput = 0.310001
    let cells = try ReportDocument(reportPage(content)).all("td").map(\.text)
    #expect(cells.contains("±0.3101"))
  }

  @Test func `Monotone inputs are statements`() throws {
    let document = try ReportDocument(reportPage(sampleRegression()))
    let items = document.all("li").map(\.text)
    #expect(items.contains("no output falls when heat grows: proved"))
    #expect(items.contains("no output rises when pressure grows: proved"))
  }
}
