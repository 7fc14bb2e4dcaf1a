import Claims
import FileAccess
import Header
import Certification
import Foundation
import Files
import TestSupport
import Testing

/// The three lines that anyone's unit tests need.
@Suite("Networks loaded from headers")
struct LoadedNetworkTests {
  @Test func `A header gives its network and certificates, once its claims are proved`() throws {
    var generator = HeaderModels()
    let folder = try TestFolder()
    for index in 0..<12 {
      let claims = try generator.claims(name: "net\(index)")
      try folder.write(headerText(of: claims), as: "net.h")
      let network = try CertifiedNetwork(readHeader(folder.file("net.h")).verified())
      #expect(try network.network == claims.network())
      for golden in claims.golden {
        let input = golden.input.map { Int16($0) }
        #expect(try network.answer(to: input).logits.map { Int($0) } == golden.logits)
        guard claims.task == .classification else { continue }
        #expect(try network.certifiedRadius(of: input) == max(golden.radiusLSB, golden.localRadiusLSB, 0))
      }
    }
  }

  @Test func `A header that does not hold is not loaded`() throws {
    var generator = HeaderModels()
    var claims = try generator.claims()
    claims.crc32 ^= 1
    let folder = try TestFolder()
    try folder.write(headerText(of: claims), as: "net.h")
    for name in ["net.h", "other.h"] {
      #expect(throws: FileError.self) { try CertifiedNetwork(readHeader(folder.file(name)).verified()) }
    }
  }
}
