/// What the boards did, next to the host: a column for each board, so that the table fits a narrow window.
func deviceSection(_ content: ReportContent) -> Markup {
  guard !content.devices.isEmpty else { return "" }
  func row(_ name: String, _ value: (RunCommand.Output) -> Int) -> [MarkupCell] {
    [.text(name)] + content.devices.map { .number(value($0)) }
  }
  let mismatches = content.devices.map {
    MarkupCell(markup: "\(grouped($0.mismatches))", isNumber: true, isWarning: $0.mismatches > 0)
  }
  let boards = content.devices.map {
    MarkupCell(
      markup: "<span class='keep'>\($0.board)</span><br/><small>\($0.description)</small>", isNumber: true)
  }
  let isRegression = content.regression != nil
  let compared: Markup = isRegression ? "output and bounds" : "logits, class, radius and local verdict"
  return """
    <section><h2>On the device</h2>
    <p>The firmware answered samples of the test set in QEMU; \(compared) were compared \
    with the host bit for bit. Instructions are counts of what QEMU executed, not a measure of any chip’s speed.</p>
    \(markupTable(
      caption: "Boards; sizes in bytes", head: [.text("")] + boards,
      rows: [
        row("samples") { $0.samples }, [.text("mismatches")] + mismatches,
        row("instructions per inference") { $0.instructionsPerInference },
        row("instructions per \(isRegression ? "interval" : "local certificate")") { $0.instructionsPerCertificate },
        row("parameters") { $0.parameterBytes }, row("text: code, constants and parameters") { $0.textBytes },
        row("data") { $0.dataBytes }, row("bss") { $0.bssBytes }, row("scratch, part of bss") { $0.scratchBytes },
        row("stack") { $0.stackBytes },
      ]))</section>

    """
}
