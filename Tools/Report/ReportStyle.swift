/// The page's style sheet.
///
/// The series colors are Okabe and Ito's, darkened or lightened for contrast with the paper; each series has its
/// own marker shape as well. Contains no `<` and no `&`, so the page stays well-formed XML.
let reportStyle: Markup = """
  :root { --paper: #fff; --panel: #f6f7f8; --ink: #1b2129; --muted: #5a6472; --rule: #d9dde2; --grid: #e9ecef;
    --clean: #5a6472; --certified: #0b62a8; --local: #007a5a; --global: #b4520a; --exact: #8a3d80;
    --linear: #4b5bb5; --empirical: #6b5a00; --bad: #b3261e; --bad-panel: #fdf0ef; --good: #007a5a; --bar: #9dbfdd; }
  @media screen and (prefers-color-scheme: dark) {
    :root { --paper: #14181d; --panel: #1c2229; --ink: #e6e9ed; --muted: #9aa5b2; --rule: #343c46; --grid: #262d35;
      --clean: #a8b2be; --certified: #6db3f2; --local: #45c49b; --global: #f0a15c; --exact: #d697cc;
      --linear: #9fabf5; --empirical: #d6c25a; --bad: #ff8a80; --bad-panel: #2e1d1d; --good: #45c49b; --bar: #34608a; } }
  * { box-sizing: border-box; }
  html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
  body { margin: 0; background: var(--paper); color: var(--ink);
    font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif; }
  main { max-width: 62rem; margin: 0 auto; padding: 3rem 1.5rem 4rem; }
  h1, h2, h3, p, figure, dl, dd, ul, ol, blockquote { margin: 0; }
  h1 { font-size: 2.5rem; line-height: 1.15; letter-spacing: -0.02em; overflow-wrap: anywhere; }
  h2 { font-size: 1.35rem; line-height: 1.3; letter-spacing: -0.01em; margin-bottom: .4rem; }
  h3 { font-size: 1rem; line-height: 1.4; margin: 1.6rem 0 .7rem; }
  h3 span { font-weight: 400; color: var(--muted); }
  section { margin-top: 3.25rem; }
  section > p { max-width: 46rem; color: var(--muted); }
  section > p + p { margin-top: .6rem; }
  section > p b { color: var(--ink); }
  .eyebrow { font-size: .8rem; font-weight: 600; letter-spacing: .1em; text-transform: uppercase; color: var(--certified); }
  .summary { font-size: 1.1rem; margin-top: .3rem; }
  .shape { color: var(--muted); }
  .shape b { color: var(--ink); font-weight: 600; }
  .guarantee { margin: 1.75rem 0; padding: .2rem 0 .2rem 1.25rem; border-left: 4px solid var(--certified); }
  .guarantee p { color: var(--muted); }
  blockquote { font: 1.55rem/1.35 ui-serif, Georgia, Cambria, "Times New Roman", serif; max-width: 44rem;
    text-wrap: balance; text-indent: -.4em; padding-left: .4em; }
  .alert { margin-bottom: 1rem; padding: .6rem .9rem; border: 1px solid var(--bad); border-radius: 8px;
    background: var(--bad-panel); color: var(--bad); font-weight: 600; }
  .figures { display: flex; flex-wrap: wrap; gap: 1px;
    background: var(--rule); border: 1px solid var(--rule); border-radius: 8px; overflow: hidden; }
  .figures div { flex: 1 1 8.4rem; background: var(--paper); padding: .8rem .9rem .7rem; display: flex; flex-direction: column-reverse;
    justify-content: flex-end; }
  dt { font-size: .82rem; line-height: 1.35; color: var(--muted); overflow-wrap: anywhere; }
  dt span { display: block; }
  dd { font-size: 1.75rem; line-height: 1.2; font-weight: 650; letter-spacing: -.02em; font-variant-numeric: tabular-nums; }
  dd small { font-size: .6em; font-weight: 500; letter-spacing: 0; }
  .figures .certified dd { color: var(--certified); }
  .figures .bad dd, .bad { color: var(--bad); }
  figure { margin-top: 1rem; }
  figcaption { font-size: .85rem; color: var(--muted); }
  .charts { display: grid; gap: 1rem 2rem; }
  .charts > div { min-width: 0; }
  .charts h3 { margin-bottom: .3rem; }
  .two { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .rows { grid-template-columns: repeat(auto-fill, minmax(min(17.5rem, 100%), 1fr)); }
  .narrow { display: none; }
  .plot { display: block; width: 100%; height: auto; font-size: 12px; font-variant-numeric: tabular-nums; }
  .wide .plot { font-size: 13px; }
  .plot text { fill: var(--muted); }
  .grid, .base { stroke: var(--grid); fill: none; }
  .base { stroke: var(--muted); }
  .clean { --c: var(--clean); }
  .certified { --c: var(--certified); }
  .local { --c: var(--local); }
  .global { --c: var(--global); }
  .linear { --c: var(--linear); }
  .exact { --c: var(--exact); }
  .empirical { --c: var(--empirical); }
  .line, .lead { stroke: var(--c); stroke-width: 2; fill: none; stroke-linejoin: round; }
  .line.certified { stroke-width: 2.5; }
  .line.clean { stroke-width: 1.5; }
  .line.empirical { stroke-dasharray: 5 4; }
  .lead { stroke-width: 1; stroke-dasharray: 2 4; opacity: .7; }
  .mark { fill: var(--c); stroke: var(--paper); stroke-width: 1; paint-order: stroke; }
  .plot .label, b.label { fill: var(--c); color: var(--c); font-weight: 600; }
  .band { fill: var(--c); opacity: .18; }
  .gap { stroke: var(--c); stroke-width: 3; opacity: .45; fill: none; }
  .stem { stroke: var(--rule); fill: none; }
  .plot .cross { fill: var(--bad); font-size: 11px; }
  .interval { stroke: var(--c); stroke-width: 2.5; opacity: .55; fill: none; }
  .headline { stroke: var(--muted); stroke-dasharray: 1 3; fill: none; }
  .leader { stroke: var(--muted); stroke-width: .75; fill: none; }
  .bar { fill: var(--bar); }
  .over { fill: var(--bad); }
  .bound { stroke: var(--ink); stroke-width: 1.5; }
  .gain { stroke: var(--ink); stroke-dasharray: 4 3; }
  .plot .note { fill: var(--ink); stroke: var(--paper); stroke-width: 4; paint-order: stroke; stroke-linejoin: round; }
  .verdict { font-size: .88rem; font-weight: 600; }
  .good { color: var(--good); }
  details { margin-top: .6rem; font-size: .9rem; }
  summary { cursor: pointer; color: var(--muted); width: fit-content; }
  .scroll { overflow-x: auto; margin-top: 1.1rem; }
  table { border-collapse: collapse; font-size: .88rem; line-height: 1.35; font-variant-numeric: tabular-nums; }
  caption { text-align: left; font-weight: 600; padding-bottom: .35rem; white-space: nowrap; }
  th, td { text-align: left; font-weight: 400; padding: .32rem .9rem .32rem 0; border-bottom: 1px solid var(--grid);
    vertical-align: baseline; }
  thead th { color: var(--muted); border-bottom-color: var(--rule); vertical-align: bottom; max-width: 8.5rem; }
  th:last-child, td:last-child { padding-right: 0; }
  th.n, td.n { text-align: right; }
  td.n { white-space: nowrap; }
  .keep { white-space: nowrap; }
  small { color: var(--muted); }
  dd small { color: inherit; }
  td.bad { font-weight: 700; }
  .tall { max-height: 18rem; overflow-y: auto; margin-top: .5rem; }
  .sums { columns: 7rem auto; padding-left: 2.6rem; font-size: .8rem; color: var(--muted);
    font-variant-numeric: tabular-nums; margin-bottom: .8rem; }
  .gallery { list-style: none; padding: 0; display: grid; gap: 1.4rem 1.2rem;
    grid-template-columns: repeat(auto-fill, minmax(13.3rem, 1fr)); }
  .gallery li { display: grid; grid-template-columns: 6rem minmax(0, 1fr); gap: .7rem; align-items: start;
    break-inside: avoid; }
  .gallery .wrong { background: var(--bad-panel); box-shadow: 0 0 0 5px var(--bad-panel), 0 0 0 6px var(--bad); }
  .gallery.tabular { column-gap: 2.6rem; grid-template-columns: repeat(auto-fill, minmax(min(22rem, 100%), 1fr)); }
  .gallery.tabular li { grid-template-columns: minmax(0, 1.6fr) minmax(0, 1fr); }
  .pixels { display: block; width: 6rem; height: auto; background: var(--panel); }
  .wrong .pixels { background: var(--paper); }
  .answer { display: flex; flex-wrap: wrap; gap: 0 .45rem; align-items: baseline; line-height: 1.15; overflow-wrap: anywhere; }
  .answer > b { font-size: 1.15rem; }
  .answer span { font-size: .78rem; color: var(--muted); }
  .answer.bad span { color: var(--bad); }
  .radius { font-size: .75rem; line-height: 1.3; padding-top: .3rem; font-variant-numeric: tabular-nums; }
  .track { display: block; height: 3px; margin-bottom: .1rem; background: var(--grid); border-radius: 2px; overflow: hidden; }
  .track i { display: block; height: 3px; background: var(--c); }
  .radius .name { color: var(--c); font-weight: 600; }
  .radius .value { white-space: nowrap; }
  .radius .tolerance { display: block; color: var(--muted); }
  .features { width: 100%; font-size: .8rem; }
  .features td { text-align: right; }
  .features th { overflow-wrap: anywhere; }
  .features thead th { font-size: .72rem; }
  .features thead th + th { text-align: right; }
  .holds { font-size: .75rem; line-height: 1.35; padding-top: .45rem; color: var(--muted); overflow-wrap: anywhere; }
  .holds b { color: var(--ink); font-weight: 500; }
  .statements { padding-left: 1.1rem; }
  .scope { background: var(--panel); border-radius: 8px; padding: 1.5rem; }
  .scope h3 { margin: .6rem 0 .3rem; }
  .scope ul { padding-left: 1.1rem; font-size: .93rem; }
  .scope li { margin-bottom: .35rem; }
  .commands { padding-left: 1.3rem; margin-top: .8rem; }
  .commands li::marker { color: var(--muted); }
  pre { margin: .2rem 0 .7rem; padding: .55rem .8rem; background: var(--panel); border-radius: 6px; overflow-x: auto;
    font: .84rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
  footer { margin-top: 3rem; padding-top: .8rem; border-top: 1px solid var(--rule); font-size: .82rem; color: var(--muted); }
  :focus-visible { outline: 2px solid var(--certified); outline-offset: 2px; }
  @media (max-width: 44rem) {
    main { padding: 1.75rem 1rem 3rem; }
    h1 { font-size: 2rem; }
    blockquote { font-size: 1.25rem; }
    section { margin-top: 2.5rem; }
    .two { grid-template-columns: minmax(0, 1fr); }
    .wide { display: none; }
    .narrow { display: block; }
    .scope { padding: 1rem; }
  }
  @media print {
    body { font-size: 10.5pt; }
    main { max-width: none; padding: 0; }
    section { margin-top: 1.8rem; }
    .rows { grid-template-columns: repeat(auto-fill, minmax(12rem, 1fr)); }
    section > h2, h3 { break-after: avoid; }
    figure, tr, pre, .scope { break-inside: avoid; }
    pre { white-space: pre-wrap; }
    * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
    details:not([open]) { display: none; }
  }

  """
