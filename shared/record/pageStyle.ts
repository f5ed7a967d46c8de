/** The page's one style sheet. No URLs, no imports: the page asks nothing of anybody. */
export const pageStyle = `
:root { color-scheme: light dark; --back: #f3f4f6; --card: #fff; --ink: #16191d; --soft: #5a6472; --line: #d9dde3;
  --red: #b3161d; --redback: #fdeaea; --amber: #8a5200; --amberback: #fff3da; --blue: #0b57a8; --blueback: #e6f0fb;
  --green: #1a6b37; --greenback: #e6f4ea; --grey: #4d5763; --greyback: #e9ecf0; --bar: #e4e7ec; }
@media (prefers-color-scheme: dark) { :root { --back: #101317; --card: #191d23; --ink: #e8ebef; --soft: #9aa5b3; --line: #2d343d;
  --red: #ff9a94; --redback: #45171a; --amber: #ffc766; --amberback: #3d2b08; --blue: #8fc3ff; --blueback: #12304f;
  --green: #86d9a0; --greenback: #12351f; --grey: #b4bdc9; --greyback: #2a3038; --bar: #2d343d; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem clamp(.75rem, 2vw, 2rem) 3rem; max-width: 120rem; background: var(--back); color: var(--ink);
  font: 1rem/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.05rem; margin: 0; font-weight: 600; color: var(--soft); }
h2 { font-size: 1.45rem; margin: 0; line-height: 1.15; }
h3 { font-size: .8rem; margin: 1.1rem 0 .3rem; color: var(--soft); font-weight: 600; letter-spacing: .02em; }
p, ul, ol, dl, dd { margin: 0; padding: 0; }
ul, ol { list-style: none; }
small, .soft { color: var(--soft); font-size: .875rem; }
header.top { display: flex; flex-wrap: wrap; gap: .1rem 1.5rem; align-items: baseline; margin-bottom: .9rem; }
header.top .sum { font-size: 1.35rem; font-weight: 700; flex-basis: 100%; }
.over { display: flex; flex-wrap: wrap; gap: .4rem; margin-bottom: 1rem; }
.over a { background: var(--card); color: var(--tone); border: 1px solid var(--line); border-left: .3rem solid var(--tone); border-radius: .3rem;
  padding: .2rem .6rem; text-decoration: none; font-size: .9rem; }
.over a b { color: var(--ink); } .over a b.red { color: var(--red); }
.sites { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 29rem), 1fr)); align-items: start; }
.site { background: var(--card); border: 1px solid var(--line); border-left: .45rem solid var(--tone); border-radius: .5rem; padding: 1rem 1.1rem 1.1rem; min-width: 0; }
.head { display: flex; flex-wrap: wrap; gap: .35rem .8rem; align-items: center; }
.head .where { flex-basis: 100%; }
.pill { background: var(--toneback); color: var(--tone); font-weight: 700; border-radius: 2rem; padding: .15rem .8rem; white-space: nowrap; }
.red { --tone: var(--red); --toneback: var(--redback); } .amber { --tone: var(--amber); --toneback: var(--amberback); }
.blue { --tone: var(--blue); --toneback: var(--blueback); } .green { --tone: var(--green); --toneback: var(--greenback); }
.grey { --tone: var(--grey); --toneback: var(--greyback); }
.band { background: var(--toneback); color: var(--tone); border-radius: .35rem; padding: .5rem .75rem; margin-top: .75rem; font-weight: 600; }
.band.big { font-size: 1.2rem; font-weight: 700; }
.band small { color: inherit; font-weight: 400; display: block; }
.waits li { padding: .35rem 0 .35rem .75rem; border-left: .2rem solid var(--tone); margin: .35rem 0; }
.waits b { color: var(--tone); }
code { font: .85em/1.4 ui-monospace, "Cascadia Mono", Menlo, "DejaVu Sans Mono", monospace; }
code.do { display: block; background: var(--greyback); border-radius: .3rem; padding: .3rem .5rem; margin-top: .3rem; user-select: all; }
form.confirm { display: flex; flex-wrap: wrap; gap: .4rem .6rem; align-items: center; margin-top: .4rem; }
form.confirm input, form.confirm button { font: inherit; color: var(--ink); background: var(--card); border: 1px solid var(--tone); border-radius: .3rem;
  padding: .25rem .6rem; min-width: 0; }
form.confirm button { background: var(--tone); color: var(--card); font-weight: 700; cursor: pointer; }
small.confirm { display: block; } .back { margin-top: 1rem; } .back a { color: var(--blue); }
.lamps { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: .5rem; margin-top: .75rem; }
.lamp { border: 1px solid var(--line); border-radius: .35rem; padding: .4rem .7rem; }
.lamp b { color: var(--tone); display: block; }
svg.bar { display: block; width: 100%; height: .9rem; border-radius: .2rem; margin: .2rem 0; background: var(--bar); }
.bar .ours { fill: var(--blue); } .bar .foreign { fill: var(--grey); } .bar .planned { fill: var(--blue); opacity: .4; }
.bar .over { fill: var(--red); } .bar .reserve { fill: var(--amber); opacity: .55; } .bar .limit { fill: var(--ink); }
.steps li { display: grid; grid-template-columns: 1.6rem 1fr auto; gap: .1rem .3rem; padding: .15rem 0; }
.steps li > small { grid-column: 2 / 4; } .steps li > small.took { grid-column: 3; }
.steps .mark { color: var(--tone); font-weight: 700; }
.steps .now { font-weight: 700; }
.list li { padding: .2rem 0; border-top: 1px solid var(--line); }
.list li:first-child { border-top: 0; }
.list small { display: block; } .list .mark { color: var(--tone); }
details { margin-top: 1rem; } summary { cursor: pointer; color: var(--soft); font-size: .875rem; }
@media (min-width: 120rem) { html { font-size: 125%; } }
`;
