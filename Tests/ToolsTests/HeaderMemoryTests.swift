import Integers
import Header
import Claims

#if os(Linux)
  import Certification
  import Foundation
  import Files
  import TestSupport
  import Testing

  @Suite("Memory for headers")
  struct HeaderMemoryTests {
    /// A header of `rows` rows of `columns` weights of one digit: the least text for each number that is kept.
    static func header(rows: Int, columns: Int) -> String {
      func layer(_ rows: Int, _ columns: Int) -> LayerClaims {
        LayerClaims(
          kind: .dense, rowCount: rows, columns: columns, shift: 15, activation: .identity,
          rowSumBound: 9 * columns,
          rows: [[WeightClaims.Entry]](
            repeating: (0..<columns).map { WeightClaims.Entry(column: $0, weight: $0 % 10) }, count: rows),
          biases: [Int](repeating: 0, count: rows))
      }
      let golden = GoldenClaims(
        input: [Int](repeating: 0, count: columns), logits: [0], classIndex: 0, radiusLSB: 0,
        localRadiusLSB: 0)
      return headerText(
        of: ModelClaims(
          name: "large", formatVersion: IntegerNetwork.formatVersion, unit: 32768, inputs: columns,
          outputs: 1, inputMinimum: 0,
          inputMaximum: 32767, scratchBytes: 4, inferScratchBytes: 4, crc32: 0, headCRC32: 0,
          layers: [layer(rows, columns), layer(1, rows)], bounds: [], features: [ModelClaims.imageFeature],
          featureNames: [], classNames: [], golden: [GoldenClaims](repeating: golden, count: 4)))
    }

    @Test func `A header takes at most four bytes of memory for each of its text, and 32 MB`() throws {
      let folder = try TestFolder()
      let text = Self.header(rows: 1000, columns: 1500)
      try folder.write(text, as: "large.h")
      let limit = (4 * text.utf8.count + 32 << 20) / 1024
      // The shell's limit is on all memory that can be written; a check that fails ends with 1, no memory with a signal.
      func status(_ kilobytes: Int) throws -> Int32 {
        try Checkout.run(
          "/bin/sh",
          ["-c", "ulimit -d \(kilobytes) && exec \"$0\" verify large.h", Checkout.supnorm.path],
          folder: folder.url
        ).status
      }
      #expect(try status(limit) == 1)
      #expect(try ![0, 1, 2].contains(status(text.utf8.count / 1024)), "the limit can be missed")
    }
  }
#endif
