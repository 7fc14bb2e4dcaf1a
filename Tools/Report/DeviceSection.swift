/// What the boards did, next to the host.
func deviceSection(_ content: ReportContent) -> Markup {
  guard !content.devices.isEmpty else { return "" }
  let rows = content.devices.map { device -> [MarkupCell] in
    [
      MarkupCell(
        markup: "<span class='keep'>\(device.board)<br/><small>\(device.description)</small></span>"),
      .number(device.samples),
      MarkupCell(markup: "\(grouped(device.mismatches))", isNumber: true, isWarning: device.mismatches > 0),
      .number(device.instructionsPerInference), .number(device.instructionsPerCertificate),
      .number(device.parameterBytes), .number(device.textBytes), .number(device.dataBytes),
      .number(device.bssBytes), .number(device.stackBytes), .number(device.scratchBytes),
    ]
  }
  return """
    <section><h2>On the device</h2>
    <p>The firmware ran every sample in QEMU; logits, class and radius were compared with the host bit for bit. \
    Instructions are counts of what QEMU executed, not a measure of any chip’s speed.</p>
    \(markupTable(
      caption: "Boards; sizes in bytes",
      head: [
        .text("board"), .number("samples"), .number("mismatches"), .number("instructions per inference"),
        .number("per certificate"), .number("parameters"), .number("text"), .number("data"), .number("bss"),
        .number("stack"), .number("scratch"),
      ], rows: rows))</section>

    """
}
