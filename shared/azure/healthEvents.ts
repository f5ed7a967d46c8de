import type { JsonObject } from '../base/canonical.ts';
import type { Arm } from './arm.ts';
import { itemsOf } from './whole.ts';

/** A page holds some dozens of events; a year of one subscription is far below this. */
const MOST_PAGES = 50;
const MOST_BYTES = 32 * 1024 * 1024;

/** Raw items as the API sends them; `truncated` where the list was longer than anybody should read. */
export type HealthEventList = { readonly items: readonly JsonObject[]; readonly truncated: boolean };

/** The subscription's service health events, what no alert told included. */
export interface HealthEvents {
  /** Events last updated at `sinceMs` or later (whole days, and one more, so rather too many). Throws ERR_AZURE_*. */
  list(subscriptionId: string, sinceMs: number): Promise<HealthEventList>;
}

const DAY_MS = 86_400_000;

/** `queryStartTime` as the API's reference spells it, month first: 7/24/2020. In whose time zone it does not say. */
const day = (ms: number): string => {
  const date = new Date(ms);
  return `${date.getUTCMonth() + 1}/${date.getUTCDate()}/${date.getUTCFullYear()}`;
};

export type PageLimits = {
  readonly mostPages: number;
  readonly mostBytes: number;
  /** What is kept of each item while the next page is read; absent: all of it. */
  readonly shorten?: (item: JsonObject) => JsonObject;
};

const same = (item: JsonObject): JsonObject => item;

/** All pages of a list; stops at `mostPages` or `mostBytes` and says so. Throws ERR_AZURE_* for a page without items. */
export const listPages = async (
  arm: Arm,
  id: string,
  firstUrl: string,
  limits: PageLimits = { mostPages: MOST_PAGES, mostBytes: MOST_BYTES },
): Promise<HealthEventList> => {
  const items: JsonObject[] = [];
  let url: string | undefined = firstUrl;
  let bytes = 0;
  for (let page = 0; url !== undefined; page += 1) {
    if (page >= limits.mostPages || bytes >= limits.mostBytes) return { items, truncated: true };
    const answer = await arm.getObject(id, url);
    items.push(...itemsOf(id, answer.body).map(limits.shorten ?? same));
    const next = answer.body['nextLink'];
    bytes += answer.bytes;
    url = typeof next === 'string' && next !== '' ? next : undefined;
  }
  return { items, truncated: false };
};

/** Lists `Microsoft.ResourceHealth/events` of a subscription. */
export const armHealthEvents = (arm: Arm): HealthEvents => ({
  list: (subscriptionId, sinceMs) => {
    const id = `/subscriptions/${subscriptionId}/providers/Microsoft.ResourceHealth/events`;
    return listPages(arm, id, arm.urlOf(id, { queryStartTime: day(sinceMs - DAY_MS) }));
  },
});
