import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { routeAddress } from '../shared/record/confirmForm.ts';
import { pageHeaders, renderPage } from '../shared/record/page.ts';
import { renderRefused } from '../shared/record/refusedPage.ts';
import type { View } from '../shared/record/view.ts';
import {
  ago,
  awayInPlace,
  digest,
  fact,
  intent,
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

/** What breaks out of text, attributes, comments and styles, and what turns a line round. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '<script>alert(1)</script>',
        '"><img src=x onerror=alert(1)>',
        "' onmouseover='alert(1)",
        '</style><svg/onload=alert(1)>',
        '<!--',
        ']]>',
        '&lt;b&gt;',
        '&#60;script&#62;',
        'javascript:alert(1)',
        '<a href="https://evil.example">',
        '\u202E',
        '\u0000',
        '\u2028',
        '<',
        '>',
        '"',
        "'",
        '`',
        '&',
      ),
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.string({ maxLength: 12 }),
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((parts) => parts.join(''));

/** A view with a text from outside in every place that has one. */
const viewOf = (texts: readonly string[]): View => {
  let next = 0;
  const text = (): string => texts[next++ % texts.length] ?? '';
  const state = {
    inPlace: awayInPlace(),
    lastPlan: plan({
      reasons: [text()],
      alarms: [text()],
      notes: [text()],
      blockers: [{ code: text(), message: text(), remedy: text() }],
    }),
    run: run([step('firewall', 'failed', { title: text(), why: text() })], { because: text(), by: text() }),
    lastRuns: [pastRun({ because: text(), by: text(), why: text() })],
    waiting: { digest: digest('a'), why: text(), since: ago(1), title: text() },
    paused: word({ by: text(), reason: text() }),
    attention: { code: text(), why: text(), since: ago(1) },
    lastLook: { at: ago(1), because: text() },
    device: { offered: { ...offered(), blob: text(), instruction: [text()] }, confirmed: null },
  };
  const atTheDevice = {
    run: run([step('deviceConfirm', 'waiting')], { id: text() }),
    device: { offered: { ...offered(), checksum: text() }, confirmed: null },
  };
  return viewWith({
    sites: [siteWith('rig-07'), siteWith('rig-08')],
    states: [stateOf(state), stateOf(atTheDevice, 'rig-08'), stateOf({}, text())],
    facts: [
      fact({ title: text(), trackingId: text(), service: text(), serviceName: text(), known: false, region: text() }),
    ],
    intents: [intent({ by: text(), reason: text(), services: [text()] })],
    tags: { cloud: text(), changeNumber: 1, frozen: [], sources: [text()] },
    configTrouble: text(),
  });
};

const allowed = new Set(
  'a b body br code dd details div dl dt h1 h2 h3 head header html i li main meta ol p rect section small span style summary svg table td th thead tbody title tr ul article nav strong em line text g footer form input label button a'.split(
    ' ',
  ),
);

/** An address that is neither on this page nor a route of this app. */
const strangeAddress = /\b(?:href="(?!#|status[?"])|action="(?!confirm-device[?"]))/i;

/** Whatever begins with `<` on the page, and what is wrong with it as markup of ours. */
const strangers = (page: string): string[] => {
  const marks = page.match(/<[^>]*>?/g) ?? [];
  return marks.filter((mark) => {
    if (/^<!doctype html>$/i.test(mark)) return false;
    const found = /^<\/?([a-z][a-z0-9]*)((?: [a-z][a-z-]*(?:="[^"<>]*")?)*) ?\/?>$/i.exec(mark);
    if (found === null || !allowed.has(found[1]?.toLowerCase() ?? '')) return true;
    const attributes = found[2] ?? '';
    const names = attributes.replaceAll(/="[^"]*"/g, '=');
    return /(^|\s)(on\w+|style|src|srcdoc|formaction)=/i.test(names) || strangeAddress.test(attributes);
  });
};

describe('the page', () => {
  it('has no markup but its own, whatever texts come from outside', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 8 }), (texts) => {
        const [key = '', name = ''] = texts;
        const page = renderPage(viewOf(texts), { key, name, mayDecide: true });
        expect(page).toContain('<form ');
        expect(strangers(page)).toEqual([]);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: none may reach a browser
        expect(page).not.toMatch(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u202A-\u202E\u2066-\u2069]/);
        expect(page.match(/<style>/g)).toHaveLength(1);
      }),
      { numRuns: 150 },
    );
  });

  it('that says why a form was not taken has no markup but its own, either', () => {
    fc.assert(
      fc.property(hostile, hostile, (key, text) => {
        const page = renderRefused({ code: text, message: text, remedy: text }, { key });
        expect(strangers(page)).toEqual([]);
        expect(page).toContain(`href="${routeAddress('status', key).replaceAll("'", '&#39;')}"`);
      }),
      { numRuns: 50 },
    );
  });

  it('is told from a page that has been broken into', () => {
    for (const mark of [
      '<script>',
      '<p onclick="x">',
      '<a href="javascript:x">',
      '<p style="x">',
      '<form action="https://evil.example">',
      '<a href="//evil.example">',
      '<!--',
      '<img src="x">',
      '<p title=x>',
      '< ',
    ])
      expect(strangers(`<p>${mark}</p>`)).not.toEqual([]);
  });

  it('comes with a policy that runs, loads and frames nothing, posts to this app alone, and lets only this very style count', () => {
    const page = renderPage(viewOf(['x']));
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(pageHeaders['content-security-policy']?.split('; ')).toEqual([
      "default-src 'none'",
      `style-src 'sha256-${hash}'`,
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
    ]);
    expect(pageHeaders).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
  });
});
