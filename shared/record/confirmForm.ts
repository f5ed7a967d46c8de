import type { Ask } from './ask.ts';
import { type Html, html } from './html.ts';
import { plainText } from './words.ts';

/** Who looks at the page, as far as it matters to what the page lets them say. */
export type Reader = {
  /** The function key that the page's address carries; null where it came some other way. */
  readonly key: string | null;
  /** Whom App Service signed in; null where nobody is proven. */
  readonly name: string | null;
  /** False where a decision of theirs would be refused. */
  readonly mayDecide: boolean;
};

/** A route of this app, seen from another of its routes; whoever has a key needs it there, too. */
export const routeAddress = (route: 'status' | 'confirm-device', key: string | null): string =>
  key === null ? route : `${route}?code=${encodeURIComponent(key)}`;

/** As long as a name is ever recorded. */
const longestName = 120;

const hidden = (name: string, value: string): Html => html`<input type="hidden" name="${name}" value="${value}">`;

/**
 * A form by which a person says that the file is on the device; nothing where the wait is for something else. A page
 * elsewhere that would post the same knows neither key nor `asker`.
 */
export const confirmForm = ({ action, site, checksum, asker }: Ask, reader: Reader): Html | false => {
  if (action !== 'confirmDevice' || checksum === undefined || asker === undefined) return false;
  if (!reader.mayDecide)
    return html`<small class="confirm">To confirm it on this page, sign in as somebody who may decide.</small>`;
  const who =
    reader.name === null
      ? html`<label>Your name <input name="by" required maxlength="${longestName}" autocomplete="name"></label>`
      : html`<span>As ${plainText(reader.name, longestName)}</span>`;
  return html`<form class="confirm" method="post" action="${routeAddress('confirm-device', reader.key)}">${[
    hidden('site', site),
    hidden('checksum', checksum),
    hidden('asker', asker),
    who,
  ]}<button type="submit">Confirm: it is on the device</button></form>`;
};
