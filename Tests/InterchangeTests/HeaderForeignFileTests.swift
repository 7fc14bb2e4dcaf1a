import Certification
import Interchange
import Testing

@Suite("Headers that are none")
struct HeaderForeignFileTests {
  @Test func `A header with 100,000 weights is read in well under two seconds`() throws {
    var models = HeaderModels()
    for isSparse in [false, true] {
      let network = try IntegerNetwork(
        layers: [
          IntegerLayer(
            rows: 100, columns: 1000, weights: (0..<100_000).map { _ in Int16(models.pick([-31, -7, 5, 12])) },
            biases: (0..<100).map { Int32($0) }, shift: 15, activation: .relu, rowSumBound: 32768,
            isSparse: isSparse),
          models.layer(rows: 10, columns: 100, isSparse: false, activation: .identity),
        ], unit: 32640, inputMinimum: 0, inputMaximum: 32640)
      let claims = try models.claims(network)
      let clock = ContinuousClock()
      var text = ""
      let writing = clock.measure { text = headerText(of: claims) }
      var file: HeaderFile?
      let reading = try clock.measure { file = try parseHeader(text, path: "digits.h") }
      #expect(file?.claims == claims)
      let verifying = clock.measure { #expect(file?.problems == []) }
      print(
        "100,000 \(isSparse ? "sparse" : "dense") weights, \(text.utf8.count) bytes: written in \(writing), "
          + "read in \(reading), verified in \(verifying)")
      #expect(reading < .seconds(2))
    }
  }
}
