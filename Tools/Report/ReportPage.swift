/// The report as one self-contained HTML page; equal content gives equal bytes.
///
/// The page has no script and loads nothing, and is well-formed XML. Every text of the content is escaped.
func reportPage(_ content: ReportContent) -> String {
  let page: Markup = """
    <!DOCTYPE html>
    <html lang='en' xmlns='http://www.w3.org/1999/xhtml'>
    <head>
    <meta charset='utf-8'/>
    <meta name='viewport' content='width=device-width, initial-scale=1'/>
    <meta name='color-scheme' content='light dark'/>
    <meta http-equiv='Content-Security-Policy' content='default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;'/>
    <title>\(content.name) – SupNorm report</title>
    <style>
    \(reportStyle)</style>
    </head>
    <body>
    <main>
    \(reportHeader(content))\(accuracySection(content))\(tightnessSection(content))\(regressionSection(content))\
    \(toleranceSection(content))\(layerSection(content))\
    \(gallerySection(content))\(deviceSection(content))\(trainingSection(content))\(scopeSection(content))\(reproductionSection(content))\
    <footer>Written by supnorm report. Percentages are rounded down, gains up.</footer>
    </main>
    </body>
    </html>

    """
  return page.text
}

private func reproductionSection(_ content: ReportContent) -> Markup {
  let settings: Markup =
    content.settings.isEmpty ? "" : settingsTable("How the model was trained", content.settings)
  let steps: [Markup] = content.commands.map { command in
    let caption: Markup = command.caption.isEmpty ? "" : "<p>\(command.caption)</p>"
    return "<li>\(caption)<pre tabindex='0'><code>\(command.line)</code></pre></li>\n"
  }
  let commands: Markup = steps.isEmpty ? "" : "<ol class='commands'>\n\(steps)</ol>\n"
  guard !(content.settings.isEmpty && steps.isEmpty) else { return "" }
  return """
    <section><h2>Reproduce it</h2>
    \(commands)<div class='charts two'>
    \(settings)</div>
    </section>

    """
}

private func settingsTable(_ caption: String, _ settings: [ReportContent.Setting]) -> Markup {
  markupTable(caption: caption, head: [], rows: settings.map { [.text($0.name), .text($0.value)] })
}
