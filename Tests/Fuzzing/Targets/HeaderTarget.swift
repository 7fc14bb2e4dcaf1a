internal import Claims
internal import Checker
internal import Header
internal import FileAccess
internal import Certification
internal import Files

/// Reads and verifies a header; one that holds must run, answer as its golden vectors say, and be written again.
func refusalOfHeader(_ bytes: [UInt8]) throws(BrokenPromise) -> FileError? {
  let path = "x.h"
  guard let text = String(validating: bytes, as: UTF8.self) else { return FileError(path, "not UTF-8 text") }
  let file: HeaderFile
  do throws(FileError) {
    file = try parseHeader(text, path: path)
  } catch {
    return error
  }
  let claims = file.claims
  let (verification, problems) = file.check()
  guard let verified = verification.verified else { return FileError(path, problems.first ?? "") }
  let network = try promised("valid claims are a network") { try CertifiedNetwork(verified) }
  for golden in claims.golden {
    let answer = try promised("a golden vector has an answer") {
      try network.answer(to: golden.input.map { Int16($0) })
    }
    let isEqual =
      answer.logits.map { Int($0) } == golden.logits
      && (claims.task == .regression
        || answer.classIndex == golden.classIndex && answer.globalRadiusLSB == golden.radiusLSB)
    try promise(isEqual, "a verified golden vector is what the kernels compute")
    let bounds = try promised("a golden vector has output bounds") {
      try network.outputBounds(of: golden.input.map { Int16($0) }, within: 3)
    }
    let isWithin = zip(bounds ?? [], answer.logits).allSatisfy { $0.contains($1) }
    try promise(isWithin, "outputs lie within their bounds")
  }
  let again = try promised("a written header is read") {
    try parseHeader(headerText(of: claims), path: path)
  }
  try promise(again.claims == claims && again.deviation == nil, "a written header reads back equal")
  return file.deviation.map { FileError(path, $0) }
}
