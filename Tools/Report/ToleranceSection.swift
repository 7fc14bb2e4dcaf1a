/// What the declared tolerances come to, feature by feature.
func toleranceSection(_ content: ReportContent) -> Markup {
  guard let tolerances = content.tolerances else { return "" }
  let isRegression = content.regression != nil
  let meaning: Markup =
    isRegression
    ? "The bounds of an output at that radius hold for" : "An answer that is certified there holds for"
  let declared = tolerances.features.count { $0.declared != nil }
  let table = markupTable(
    caption: "In each feature’s own unit",
    head: [
      .text("feature"), .number("declared"), .number("covered by \(grouped(tolerances.lsb)) LSB"),
      .number("for each LSB of a radius"),
    ],
    rows: tolerances.features.map { feature in
      [
        .text(feature.name), .number(feature.declared.map { "±" + $0 } ?? "–"),
        .number("±" + feature.covered),
        .number("±" + feature.perLSB),
      ]
    })
  let numbers: Markup =
    tolerances.features.count > 12 ? markupDetails("All \(tolerances.features.count) features", table) : table
  let radii = content.regression.map { $0.changes.map(\.radius) } ?? content.accuracy?.radii ?? []
  let evaluated = radii.first(where: \.isTolerance)?.lsb ?? 0
  let rounding: Markup =
    evaluated > tolerances.lsb
    ? " The figures of this page are for \(grouped(evaluated)) LSB, because encoding the samples rounds." : ""
  return """
    <section><h2>Tolerances</h2>
    <p>A radius of <b>\(grouped(tolerances.lsb))</b> LSB covers \(declared == 1 ? "the declared tolerance" : "all declared tolerances at once" as Markup). \
    \(meaning) <b>\(tolerances.list(atMost: 8))</b>\(declared == 1 ? "" : " together" as Markup).\(rounding)</p>
    \(numbers)</section>

    """
}
