/// The integer network: row sums against their bounds, layer sizes, and what quantization cost.
func layerSection(_ content: ReportContent) -> Markup {
  guard !content.layers.isEmpty else { return "" }
  let charts: [Markup] = content.layers.enumerated().filter { !$0.element.rowSums.isEmpty }.map {
    index, layer in
    """
    <div><h3>Layer \(index) <span>\(layer.columns) → \(layer.rows), \(layer.kind)</span></h3>
    \(rowSumChart(layer, index: index))\(rowSumVerdict(layer))</div>

    """
  }
  let lipschitz: Markup =
    content.lipschitzBound.isEmpty
    ? "" : " The product of the layer gains bounds the whole network: <b>\(content.lipschitzBound)</b>."
  let figure: Markup =
    charts.isEmpty
    ? ""
    : """
    <p>Each bar is one row’s integer sum Σ|w|, largest first; the line is the bound that the header states and the \
    user’s compiler proves again. A row sum of at most 2<sup>f</sup>, gain 1, makes the integer layer exactly \
    nonexpansive, rounding included; a free last layer has a larger gain, and certificates count it exactly. \
    The same bound keeps the 32-bit accumulator from overflowing.\(lipschitz)</p>
    <figure><div class='charts rows'>
    \(charts)</div>
    \(markupDetails("All row sums, in row order", rowSumLists(content.layers)))</figure>

    """
  let title: Markup = charts.isEmpty ? "The layers" : "Row sums and their bound"
  return """
    <section><h2>\(title)</h2>
    \(figure)\(maximaText(content))\(layerTable(content.layers))\(quantizationTable(content))</section>

    """
}

private func rowSumChart(_ layer: ReportContent.Layer, index: Int) -> Markup {
  let sums = layer.rowSums.sorted(by: >).map { Double($0) }
  let bound = Double(layer.rowSumBound)
  let top = max(bound, sums.first ?? 0, 1) * 1.14
  let plot = Plot(
    width: 320, height: 220, left: 56, right: 6, top: 28, bottom: 26, x: 0...Double(max(sums.count, 1)),
    y: 0...top)
  let gainOne = Double(1 << min(max(layer.shift, 0), 30))
  // Only where it is another line than the bound, and far enough from it for both labels.
  let hasGainOne = gainOne < top && abs(plot.y(gainOne) - plot.y(bound)) > 18
  let gainLine: Markup =
    hasGainOne
    ? """
    \(plot.level(gainOne, class: "gain"))\
    <text class='note' x='\(plot.x.end - 2)' y='\(plot.y(gainOne) - 5)' text-anchor='end'>gain 1: \
    \(grouped(Int(gainOne)))</text>

    """ : ""
  let equal = layer.rowSumBound == Int(gainOne) ? ", gain 1" : ""
  return plot.svg(
    id: "rows-\(index)", title: "Row sums of layer \(index) against their bound",
    description: "Largest \(grouped(layer.rowSums.max() ?? 0)), bound \(grouped(layer.rowSumBound)).",
    """
    \(plot.yAxis(niceTicks(0...(top / 1.14), about: 4), title: "Σ|w|, LSB"))\
    \(plot.bars(sums, where: { $0 <= bound }, class: "bar"))\(plot.bars(sums, where: { $0 > bound }, class: "bar over"))\
    \(gainLine)\(plot.level(bound, class: "bound"))\
    <text class='note' x='\(plot.x.end - 2)' y='\(plot.y(bound) - 5)' text-anchor='end'>bound \
    \(grouped(layer.rowSumBound))\(equal)</text>
    <text class='unit' x='\(plot.x.start)' y='\(plot.height - 6)'>\(counted(sums.count, "row"))\(sums.count > 1 ? ", largest first" as Markup : "")</text>

    """)
}

private func rowSumVerdict(_ layer: ReportContent.Layer) -> Markup {
  let largest = layer.rowSums.max() ?? 0
  let over = layer.rowSums.count { $0 > layer.rowSumBound }
  let gain = gainText(largest, shift: layer.shift)
  if over > 0 {
    return "<p class='verdict bad'>✗ \(counted(over, "row")) of \(layer.rowSums.count) above the bound</p>\n"
  }
  let rows: Markup = layer.rowSums.count == 1 ? "the row is" : "all \(grouped(layer.rowSums.count)) rows are"
  return "<p class='verdict good'>✓ \(rows) within the bound; gain\("\u{A0}")\(gain)</p>\n"
}

private func rowSumLists(_ layers: [ReportContent.Layer]) -> Markup {
  let lists: [Markup] = layers.enumerated().filter { !$0.element.rowSums.isEmpty }.map { index, layer in
    let items: [Markup] = layer.rowSums.map { "<li>\(grouped($0))</li>" }
    return """
      <p>Layer \(index), bound \(grouped(layer.rowSumBound))</p>
      <ol class='sums' start='0'>\(items)</ol>

      """
  }
  return "<div class='tall' tabindex='0' role='region' aria-label='All row sums'>\n\(lists)</div>\n"
}

private func layerTable(_ layers: [ReportContent.Layer]) -> Markup {
  markupTable(
    caption: "Layers as the device holds them",
    head: [
      .text("layer"), .text("kind"), .number("rows × columns"), .number("shift f"), .text("activation"),
      .number("nonzero weights or entries"), .number("bytes"), .number("largest Σ|w|"), .number("bound"),
      .number("gain"),
    ],
    rows: layers.enumerated().map { index, layer in
      let largest = layer.rowSums.max()
      return [
        .text("\(index)"), .text(layer.kind), .number("\(layer.rows) × \(layer.columns)"),
        .number(layer.shift),
        .text(layer.activation), .number(layer.nonzeroWeights), .number(layer.parameterBytes),
        MarkupCell(
          markup: "\(largest.map { grouped($0) } ?? "–")", isNumber: true,
          isWarning: (largest ?? 0) > layer.rowSumBound),
        .number(largest == nil ? nil : layer.rowSumBound),
        .number(largest.map { gainText($0, shift: layer.shift) } ?? "–"),
      ]
    })
}

private func quantizationTable(_ content: ReportContent) -> Markup {
  guard let cost = content.cost else { return "" }
  func share(_ count: Int) -> String {
    "\(percentText(count, of: cost.samples)) (\(grouped(count)) of \(grouped(cost.samples)))"
  }
  let nonzero = content.layers.map(\.nonzeroWeights).reduce(0, +)
  let places = content.layers.map { $0.rows * $0.columns }.reduce(0, +)
  let rows: [[MarkupCell]] = [
    [.text("float network"), .number(share(cost.floatCorrect))],
    [.text("integer network, as the device runs it"), .number(share(cost.integerCorrect))],
    [.text("nonzero weights or entries"), .number("\(grouped(nonzero)) of \(grouped(places))")],
  ]
  return markupTable(caption: "From float to integer, on the test samples", head: [], rows: rows)
}
