import type { TagTable } from '../../shared/ranges/tagTable.ts';
import { type Html, html, textOf, trusted } from '../../shared/record/html.ts';
import { tagsLine } from './reportText.ts';

/** No addresses, no imports, no script: the page asks nothing of anybody. */
const style = `
:root { color-scheme: light dark; --back: #f6f7f9; --card: #fff; --ink: #15181c; --soft: #5a6472; --line: #d9dde3; --empty: #eceff3;
  --home: #2f6db5; --added: #8a4fb8; --azure: #e3a02c; --nobody: #cf3a34; --hole: #15181c; --good: #1a6b37; --bad: #b3161d; }
@media (prefers-color-scheme: dark) { :root { --back: #101317; --card: #191d23; --ink: #e8ebef; --soft: #9aa5b3; --line: #2d343d; --empty: #232930;
  --home: #5b9be0; --added: #b98ae0; --azure: #d69a35; --nobody: #ef6a62; --hole: #fff; --good: #86d9a0; --bad: #ff9a94; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem clamp(.75rem, 3vw, 2.5rem) 3rem; max-width: 82rem; background: var(--back); color: var(--ink);
  font: 1rem/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .2rem; overflow-wrap: anywhere; } h2 { font-size: 1.15rem; margin: 0 0 .5rem; }
h3 { font-size: .85rem; margin: 1rem 0 .35rem; color: var(--soft); }
p { margin: 0 0 .6rem; max-width: 60rem; overflow-wrap: anywhere; } .soft { color: var(--soft); font-size: .875rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: 1.1rem 1.25rem; margin-top: 1rem; }
.facts { display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin: 1rem 0 0; }
.facts div { min-width: 6rem; } .facts dt { color: var(--soft); font-size: .8rem; } .facts dd { margin: 0; font-size: 1.45rem; font-weight: 650; font-variant-numeric: tabular-nums; }
.facts dd small { font-size: .85rem; font-weight: 400; color: var(--soft); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; }
th { text-align: left; color: var(--soft); font-weight: 600; font-size: .8rem; vertical-align: bottom; } td, th { padding: .3rem .7rem .3rem 0; border-bottom: 1px solid var(--line); }
tr:last-child td { border-bottom: 0; } td.why { min-width: 14rem; } .curve { min-width: 40rem; } td.n, th.n { text-align: right; white-space: nowrap; } tr.chosen td { font-weight: 650; } td.good { color: var(--good); } td.bad { color: var(--bad); }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 0 2.5rem; }
svg { display: block; max-width: 100%; } svg text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: var(--soft); font-variant-numeric: tabular-nums; }
.curve .area { fill: var(--azure); opacity: .22; } .curve .line { fill: none; stroke: var(--azure); stroke-width: 2.5; stroke-linejoin: round; }
.curve .grid { stroke: var(--line); } .curve .axis { stroke: var(--soft); } .curve .mark { stroke: var(--ink); stroke-dasharray: 3 3; opacity: .6; }
.curve .limit { stroke: var(--bad); stroke-dasharray: none; stroke-width: 1.5; opacity: 1; } .curve text.name { fill: var(--ink); font-weight: 650; } .curve text.limit { fill: var(--bad); stroke: none; }
.curve circle { fill: var(--card); stroke: var(--ink); stroke-width: 2; } .curve circle.limit { stroke: var(--bad); }
.curve .hover { fill: var(--ink); opacity: 0; } .curve .hover:hover { opacity: .12; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.2rem, 1fr)); gap: .8rem .7rem; }
.tile { margin: 0; } .tile figcaption { font-size: .72rem; color: var(--soft); white-space: nowrap; display: flex; justify-content: space-between; gap: .3rem; font-variant-numeric: tabular-nums; }
.where { display: flex; flex-wrap: wrap; gap: 0 2rem; align-items: flex-start; } .where > * { flex: 1 1 24rem; } .where svg.all { flex: 0 0 15rem; width: 15rem; background: var(--empty); border-radius: 2px; margin-bottom: 1rem; }
.all .grid { stroke: var(--card); stroke-width: .6; } .where .legend { flex-direction: column; }
.tile svg { width: 100%; background: var(--empty); border-radius: 2px; }
.home { fill: var(--home); background: var(--home); } .added { fill: var(--added); background: var(--added); } .azure { fill: var(--azure); background: var(--azure); }
.nobody { fill: var(--nobody); background: var(--nobody); } .hole { fill: var(--hole); background: var(--hole); }
.route { fill: none; stroke: var(--ink); stroke-width: .4; opacity: .55; } rect:hover { opacity: .7; } .route { pointer-events: none; }
.legend { display: flex; flex-wrap: wrap; gap: .35rem 1.3rem; margin: 0 0 1rem; padding: 0; list-style: none; font-size: .875rem; }
.legend i { display: inline-block; width: .85rem; height: .85rem; border-radius: 2px; margin-right: .4rem; vertical-align: -.1rem; }
.legend i.outline { background: none; border: 1px solid var(--ink); opacity: .7; } .legend i.empty { background: var(--empty); border: 1px solid var(--line); }
.dots line { stroke: var(--line); } .dots .limit { stroke: var(--bad); stroke-width: 1.5; } .dots .span { stroke: var(--soft); stroke-width: 2; }
.dots .exact { fill: var(--home); } .dots .longestPrefix { fill: var(--added); } .dots .serviceTags { fill: var(--good); }
.meter { background: var(--empty); border-radius: 2px; height: .55rem; min-width: 5rem; } .meter i { display: block; height: 100%; background: var(--azure); border-radius: 2px; } .meter i.nobody { background: var(--nobody); }
.trouble { border-left: .3rem solid var(--bad); }
@media print { body { background: none; } section { break-inside: avoid; } }
`;

/** A page of its own that works without any other file. */
export const pageOf = (title: string, tags: TagTable, body: readonly Html[]): string =>
  textOf(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${trusted(style)}</style>
</head>
<body>
<h1>${title}</h1>
<p class="soft">Service tags: ${tagsLine(tags)}, ${tags.hash}. Routes count with the holes they need. IPv4.</p>
${body}
</body>
</html>
`);
