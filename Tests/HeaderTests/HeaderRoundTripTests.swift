import Header
import Certification
import Files
import Testing

@Suite("Headers written and read")
struct HeaderRoundTripTests {
  @Test func `Every claim is read back as it was written, and writing it again gives the same bytes`() throws
  {
    var models = HeaderModels()
    for index in 0..<300 {
      let claims = try models.claims(outputs: index % 4 == 0 ? 1 : nil)
      let text = headerText(of: claims)
      let file = try parseHeader(text, path: "digits.h")
      #expect(file.claims == claims)
      #expect(file.check().problems == [])
      #expect(headerText(of: file.claims) == text)
    }
  }
}
