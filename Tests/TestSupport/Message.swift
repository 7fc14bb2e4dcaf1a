/// The error that a body throws, as the user sees it; paths in a folder without the folder.
package func message(in folder: TestFolder? = nil, _ body: () throws -> Void) -> String {
  do {
    try body()
    return "no error"
  } catch {
    let text = "\(error)"
    if text.contains(where: \.isNewline) { return "more than one line: \(text)" }
    return folder.map { text.replacing("\($0.path)/", with: "") } ?? text
  }
}
