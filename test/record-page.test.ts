import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { escapeHtml, html, textOf } from '../shared/record/html.ts';
import { pageHeaders, renderPage } from '../shared/record/page.ts';
import { renderStatusText } from '../shared/record/statusText.ts';
import { durationText, momentText, plainText } from '../shared/record/words.ts';
import {
  ago,
  away,
  awayInPlace,
  confirmed,
  digest,
  fact,
  inPlace,
  intent,
  now,
  offered,
  pastRun,
  plan,
  run,
  siteWith,
  stateOf,
  step,
  viewWith,
  word,
} from './recordData.ts';

/** Hostile text in every place where text from outside can come in. */
const evil = `<img src=x onerror="alert(1)">'"&<script>alert(2)</script>\u001b[31m\u202Eevil < 5`;
const evilState = {
  inPlace: inPlace(),
  lastPlan: away({
    reasons: [evil],
    alarms: [evil],
    notes: [evil],
    blockers: [{ code: 'ROUTE_BUDGET', message: evil, remedy: evil }],
  }),
  run: run([step('firewall', 'failed', { title: evil, why: evil })], { because: evil, by: evil }),
  lastRuns: [pastRun({ because: evil, by: evil, why: evil })],
  waiting: { digest: digest('a'), why: evil, since: ago(1), title: evil },
  paused: word({ by: evil, reason: evil }),
  attention: { code: 'ERR_BUG', why: evil, since: ago(1) },
  lastLook: { at: ago(1), because: evil },
  singlyEncryptedSince: ago(3),
  device: { offered: { ...offered(), blob: evil, instruction: [evil] }, confirmed: { ...confirmed('c'), by: evil } },
};
const evilFacts = [
  fact({ title: evil, trackingId: evil, service: evil, serviceName: evil, known: false }),
  fact({ region: evil, title: evil }),
  fact({ acts: false, why: evil, trackingId: 'T' }),
];
const evilView = viewWith({
  sites: [siteWith('rig-07')],
  states: [stateOf(evilState), stateOf({}, evil)],
  facts: evilFacts,
  intents: [intent({ by: evil, reason: evil, services: [evil] })],
  tags: { cloud: evil, changeNumber: 1 },
  configTrouble: evil,
});

/** Tags of a page as a browser would see them: anything that begins with `<` and a letter. */
const tagsIn = (page: string): Set<string> =>
  new Set([...page.matchAll(/<\/?([a-z][a-z0-9-]*)/gi)].map(([, name = '']) => name.toLowerCase()));

describe('escaping', () => {
  it('escapes whatever is put into a template, and only what it made itself goes in as it is', () => {
    const inner = html`<b>${'<i>'}</b>`;
    expect(textOf(html`<p title="${`"'&`}">${inner}${[1, '<', null]}${undefined}${false}</p>`)).toBe(
      '<p title="&quot;&#39;&amp;"><b>&lt;i&gt;</b>1&lt;</p>',
    );
    expect(escapeHtml('a & b')).toBe('a &amp; b');
  });

  it('does not take a value read from outside for markup', () => {
    const forged = JSON.parse('["<b>", ["<i>"]]') as string[];
    expect(textOf(html`${forged}`)).toBe('&lt;b&gt;&lt;i&gt;');
  });

  it('turns titles that are HTML into plain text', () => {
    expect(plainText('<p>Storage &amp; Key&nbsp;Vault</p><br/>in <b>USGov&#39;s</b> Virginia, 3 < 5')).toBe(
      "Storage & Key Vault in USGov's Virginia, 3 < 5",
    );
    expect(plainText('a\u0000b\u202Ec\nd')).toBe('a bc d');
  });

  it('lets no tag, attribute or script of hostile text into the page', () => {
    const page = renderPage(evilView);
    const clean = renderPage(viewWith({ sites: [siteWith('rig-07')] }));
    expect(page).toContain('evil &lt; 5');
    expect(page).not.toMatch(/<script|<img|<[^>]*onerror|\u202E|[^\P{Cc}\n]/iu);
    const more = ['nav', 'a', 'code', 'ul', 'li', 'ol', 'br', 'rect'];
    expect([...tagsIn(page)].filter((tag) => !tagsIn(clean).has(tag) && !more.includes(tag))).toEqual([]);
  });

  it.each([
    ['attention', {}],
    [
      'a device that waits',
      { attention: null, paused: null, waiting: null, run: run([step('deviceConfirm', 'waiting')]) },
    ],
    [
      'a device that was confirmed',
      {
        attention: null,
        run: null,
        singlyEncryptedSince: null,
        device: { offered: offered('c'), confirmed: { ...confirmed('c'), by: evil } },
      },
    ],
  ])('keeps markup and control characters out of the very view: %s', (_, parts) => {
    const view = viewWith({
      sites: [siteWith('rig-07')],
      states: [stateOf({ ...evilState, ...parts }), stateOf({}, evil)],
      facts: evilFacts,
      configTrouble: evil,
    });
    expect(JSON.stringify(view)).not.toMatch(/<script|<img|\\u00[01]|\u202E/i);
  });

  it('lets no control character of hostile text into the terminal', () => {
    expect(renderStatusText(evilView)).not.toMatch(/[^\P{Cc}\n]/u);
  });
});

describe('the page', () => {
  const state = {
    inPlace: awayInPlace(),
    lastPlan: away(),
    singlyEncryptedSince: ago(34),
    device: { offered: offered(), confirmed: null },
  };
  const view = viewWith({
    sites: [siteWith('rig-07'), siteWith('calm-1')],
    states: [
      stateOf({
        ...state,
        run: run([step('verify', 'done'), step('deviceConfirm', 'waiting')], { cloudReadyAt: ago(3) }),
      }),
      stateOf({ inPlace: inPlace(), lastPlan: plan() }, 'calm-1'),
    ],
    facts: [],
  });
  const page = renderPage(view);

  it('is self-contained: no script, no address, no inline style, and its style is the one the policy allows', () => {
    expect(page).not.toMatch(/<script|<link|<iframe|\ssrc=|\sstyle=|url\(|@import|https?:/i);
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(pageHeaders['content-security-policy']).toContain(`style-src 'sha256-${hash}'`);
  });

  it('looks again by itself every 30 seconds', () => {
    expect(page).toContain('<meta http-equiv="refresh" content="30">');
  });

  it('says the state in words and the singly encrypted time in front', () => {
    expect(page).toContain('waits for the device');
    expect(page).toContain('⚠ Singly encrypted since 02:38:00 (34 min)');
    expect(page.indexOf('id="site-rig-07"')).toBeLessThan(page.indexOf('id="site-calm-1"'));
  });

  it('says the route budget in words beside the bar', () => {
    expect(page).toMatch(/<svg class="bar"[^>]*aria-label="148 of 400 routes, 252 free"/);
  });

  it('is the same text for the same view', () => {
    expect(renderPage(view)).toBe(page);
  });
});

describe('the status for a terminal', () => {
  it('keeps to 80 columns, save for what has to be copied whole', () => {
    const text = renderStatusText(
      viewWith({
        sites: [siteWith('rig-07')],
        states: [
          stateOf({
            inPlace: awayInPlace(),
            lastPlan: away({
              alarms: ['An alarm that goes on for quite a while, longer than any terminal of eighty columns is wide.'],
            }),
            waiting: {
              digest: digest('a'),
              why: 'policy.failback is ask',
              since: ago(1),
              title: 'home: 25 routes removed',
            },
          }),
        ],
        facts: [fact({ acts: false, why: 'it is a test alert and therefore never changes a route, whatever it says' })],
      }),
    );
    const long = text.split('\n').filter((line) => line.length > 80);
    expect(long).toEqual([expect.stringContaining(digest('a'))]);
    expect(text).toContain('rig-07  WAITS FOR APPROVAL');
  });
});

describe('times in words', () => {
  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [61_000, '1 min 1 s'],
    [8_040_000, '2 h 14 min'],
    [7_200_000, '2 h'],
    [180_000_000, '2 d 2 h'],
    [-5, '0 ms'],
    [Number.NaN, '0 ms'],
  ])('%d ms is %s', (ms, text) => expect(durationText(ms)).toBe(text));

  it('leaves the date out today', () => {
    expect([momentText(ago(2), now), momentText(ago(2_000), now)]).toEqual(['03:10:00', '2026-03-21 17:52']);
  });
});
