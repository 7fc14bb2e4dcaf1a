/// How close the certificates come to the exact radius, and that to what attacks leave.
func tightnessSection(_ content: ReportContent) -> Markup {
  guard let tightness = content.tightness, !tightness.chains.isEmpty else { return "" }
  let count = tightness.chains.count
  let all: Markup =
    count < tightness.asked
    ? "\(grouped(count)) of the first \(grouped(tightness.asked)) test samples, when the search was interrupted"
    : "the first \(counted(count, "test sample"))"
  let limits: Markup = tightness.limits.isEmpty ? "" : " The search gave up after \(tightness.limits)."
  let attack: Markup = tightness.attack.isEmpty ? "" : ", \(tightness.attack),"
  return """
    <section><h2>Tightness: global ≤ local ≤ exact ≤ empirical</h2>
    <p>Four radii of each of \(all). The <b class='label global'>global</b> radius, which the device computes from \
    its logits, the <b class='label local'>local</b> one of interval bounds and the \
    <b class='label exact'>exact</b> one, found by branch and bound, are <em>proved</em>. The \
    <b class='label empirical'>empirical</b> radius is only <em>measured</em>: up to there, attacks\(attack) found no \
    counter-example, and a better attack may find one.\(limits)</p>
    <p>\(tightnessSentence(tightness))</p>
    <figure>
    <div class='wide'>\(tightnessCurves(tightness, unit: content.unit, isWide: true))</div>
    <div class='narrow'>\(tightnessCurves(tightness, unit: content.unit, isWide: false))</div>
    <figcaption>Share of these samples whose class is right and whose radius is at least ε.\
    \(undecidedNote(tightness))</figcaption></figure>
    <figure>
    <div class='wide'>\(tightnessSamples(tightness, unit: content.unit, isWide: true))</div>
    <div class='narrow'>\(tightnessSamples(tightness, unit: content.unit, isWide: false))</div>
    <figcaption>One column for each sample, by exact radius\
    \(tightness.chains.contains { !$0.isCorrect } ? "; ✗ marks wrong answers" as Markup : "").</figcaption>
    \(markupDetails("The numbers as a table", tightnessTable(tightness)))</figure>
    </section>

    """
}

private func undecidedNote(_ tightness: ReportContent.Tightness) -> Markup {
  guard tightness.chains.contains(where: { !$0.isExact }) else { return "" }
  return " The band above the exact curve is undecided: neither proved nor refuted."
}

private func tightnessSentence(_ tightness: ReportContent.Tightness) -> Markup {
  let exact = tightness.chains.count { $0.isExact }
  let between = tightness.chains.count - exact
  var parts: [Markup] = []
  if let local = tightness.share(of: \.local), let global = tightness.share(of: \.global) {
    parts.append(
      """
      Of the exact radius, summed over the samples, the local certificate proves \(shareMarkup(local)), the global \
      one \(shareMarkup(global)).
      """)
  }
  let radii: Markup = exact == 1 ? "radius is" : "radii are"
  parts.append("\(parts.isEmpty ? "" : " " as Markup)<b>\(grouped(exact))</b> \(radii) exact")
  if between > 0 {
    let gaps = tightness.chains.filter { !$0.isExact }.compactMap { chain in
      chain.unrefuted.map { $0 - chain.proved }
    }.sorted()
    // The middle one, or the greater of two.
    let gap: Markup =
      gaps.isEmpty ? "" : ", with a median gap of <b>\(grouped(gaps[gaps.count / 2]))</b> LSB"
    parts.append("; <b>\(grouped(between))</b> lie between a proved and a refuted radius\(gap)")
  }
  return "\(parts)."
}

private func shareMarkup(_ share: ClosedRange<Int>) -> Markup {
  let least = percentText(share.lowerBound, of: 1000)
  guard share.lowerBound < share.upperBound else { return "<b>\(least)</b>" }
  return "between <b>\(least)</b> and <b>\(percentText(share.upperBound, of: 1000))</b>"
}

private func tightnessTable(_ tightness: ReportContent.Tightness) -> Markup {
  let radius = { (value: Int?) in MarkupCell.number(value.map { $0 < 0 ? "none" : grouped($0) } ?? "no end") }
  let table = markupTable(
    caption: "Radii in LSB",
    head: [
      .text("test sample"), .text("answer"), .number("global"), .number("local"), .number("linear"),
      .number("exact: proved"), .number("not refuted"), .number("empirical"),
    ],
    rows: tightness.chains.map { chain in
      [
        .text("\(chain.sample)"), .text(chain.isCorrect ? "right" : "wrong"), radius(chain.global),
        radius(chain.local), radius(chain.linear), radius(chain.proved), radius(chain.unrefuted),
        radius(chain.empirical),
      ]
    })
  return "<div class='tall' tabindex='0' role='region' aria-label='Radii of each sample'>\n\(table)</div>\n"
}
