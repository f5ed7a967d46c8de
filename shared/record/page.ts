import { createHash } from 'node:crypto';
import { counted } from '../base/counted.ts';
import type { Reader } from './confirmForm.ts';
import { html, textOf, trusted } from './html.ts';
import { movePageStyle } from './movePageStyle.ts';
import { pageStyle } from './pageStyle.ts';
import { overview, siteCard } from './sitePage.ts';
import { frozenText } from './tagsView.ts';
import { pausedText, summaryText, type View } from './view.ts';
import { momentText } from './words.ts';

const REFRESH_SECONDS = 30;
/** A refresh empties what somebody types: it leaves time for a name. */
const REFRESH_SECONDS_WITH_FORM = 120;

/** The style sheet of every page of this app: the policy lets this very one count. */
export const pageSheet = pageStyle + movePageStyle;

/** Nothing may be loaded, run or framed, and forms go to this app alone; only this very style sheet counts. */
const policy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(pageSheet).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Headers to send the page with. Its address may carry a function key: no referrer, no copy kept. */
export const pageHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** Somebody of whom nothing is known but that they may look: gets no form. */
const onlooker: Reader = { key: null, name: null, mayDecide: false };

const asksForName = ({ sites }: View, { name, mayDecide }: Reader): boolean =>
  mayDecide && name === null && sites.some(({ waits }) => waits.some(({ ask }) => ask?.asker !== undefined));

/** The view as one self-contained HTML page: no script, no request, everything from outside escaped. Deterministic. */
export const renderPage = (view: View, reader: Reader = onlooker): string => {
  const now = Date.parse(view.at);
  const { tags } = view;
  const frozen = frozenText(tags?.frozen ?? []);
  const paused = pausedText(view);
  const urgent = view.counts.singlyEncrypted > 0 ? '⚠ ' : view.counts.needPerson > 0 ? '● ' : '';
  return textOf(html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="${asksForName(view, reader) ? REFRESH_SECONDS_WITH_FORM : REFRESH_SECONDS}"><meta name="robots" content="noindex"><meta name="color-scheme" content="light dark">
<title>${urgent}${summaryText(view)}</title><style>${trusted(pageSheet)}</style></head>
<body><header class="top"><h1>Azure Stack Edge failover</h1><p class="soft">As of ${view.at.slice(0, 10)} ${view.at.slice(11, 19)} UTC${
    view.speed !== 1 && html`, a simulated clock, ${view.speed} times as fast`
  }. ${
    tags === null
      ? 'No service tags yet.'
      : html`Service tags ${tags.cloud}, change ${tags.changeNumber}${tags.at !== null && ` of ${momentText(tags.at, now)}`}.${tags.waiting > 0 && ` What one change took from ${counted(tags.waiting, 'tag')} waits for the next.`}`
  } All times are UTC.</p><p class="sum">${summaryText(view)}</p>${
    tags !== null && tags.sources.length > 0 && html`<p class="soft">Service tags: ${tags.sources.join(' ')}</p>`
  }</header>
${paused !== null && html`<p class="band red">‖ ${paused}</p><br>`}
${frozen !== null && html`<p class="band amber">! ${frozen}</p><br>`}
${view.configTrouble !== null && html`<p class="band red">! The configuration has a fault; the last good one is in force. ${view.configTrouble}</p><br>`}
${view.unlisted.length > 0 && html`<p class="band amber">! In no sites file any more, and looked after by nobody: ${view.unlisted.join(', ')}</p><br>`}
${view.sites.length > 1 && overview(view.sites)}<main class="sites">${view.sites.map((site) => siteCard(site, reader, now))}</main></body></html>
`);
};
