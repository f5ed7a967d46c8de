/** The part of the style sheet that draws a move. */
export const movePageStyle = `
.site.wide { grid-column: 1 / -1; }
.move h4 { font-size: .8rem; margin: .8rem 0 .1rem; color: var(--soft); }
.move .pace { font-size: 1.15rem; font-weight: 700; } .move .mark { color: var(--tone); }
.graph { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 10.5rem), 1fr)); gap: .9rem 0; margin: .8rem 0 .4rem; }
.graph > li { min-width: 0; position: relative; padding-right: 1.2rem; }
.graph > li:not(:last-child)::after { content: "→"; position: absolute; right: .15rem; top: .45rem; color: var(--soft); }
.graph > li > ul { display: grid; gap: .4rem; }
.graph > li > ul > li { border: 1px solid var(--tone); border-left: .3rem solid var(--tone); border-radius: .35rem; padding: .3rem .5rem; font-size: .9rem;
  line-height: 1.3; background: var(--toneback); break-inside: avoid; }
.graph > li > ul > li.later { background: none; border-style: dashed; border-left-style: solid; }
.graph > li > ul > li.crit { border-width: 2px; border-left-width: .45rem; }
.graph .state { display: block; color: var(--tone); font-weight: 700; font-size: .8rem; }
.graph b { font-weight: 600; display: block; } .graph small { display: block; font-size: .75rem; color: var(--soft); }
.graph small.why { color: var(--ink); font-size: .8rem; } .graph .path { color: var(--ink); }
@media (max-width: 40rem) { .graph { display: block; } .graph > li { padding: 0 0 1.1rem; }
  .graph > li:not(:last-child)::after { content: "↓"; right: 50%; top: auto; bottom: 0; } }
@media print { body { max-width: none; padding: 0; } .site, .sites { display: block; break-inside: auto; } .band, .lamp, .waits li { break-inside: avoid; }
  .graph { grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); } details:not([open])::details-content { content-visibility: visible; } }
`;
