/// What the page says of layers that have no row sums; nothing where there are none.
func maximaText(_ content: ReportContent) -> Markup {
  let count = content.layers.count(where: \.rowSums.isEmpty)
  guard count > 0 else { return "" }
  let table: Markup =
    count == content.layers.count
    ? " The whole network is: the global radius is half the margin, and the header needs no table of bounds."
    : ""
  return """
    <p>A max-plus row is the largest of its entries ±x + offset: no multiplication, no rounding, no overflow, and \
    nonexpansive by itself, gain 1.\(table)</p>

    """
}
