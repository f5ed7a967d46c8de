import { setTimeout as pause } from 'node:timers/promises';
import { AutomationError } from '../shared/base/errors.ts';
import { wrap } from '../shared/base/wrap.ts';
import { renderMoveStatus } from '../shared/record/moveStatusText.ts';
import type { MoveStepView } from '../shared/record/moveStepView.ts';
import type { SiteView } from '../shared/record/siteView.ts';
import type { App } from './app.ts';
import type { Io } from './command.ts';
import { misused } from './options.ts';
import { fetchView } from './status.ts';

type Seen = { readonly site: SiteView; readonly at: string };

/** One site as the app sees it now. Throws ERR_UNKNOWN_SITE with the ids there are. */
export const fetchSite = async (app: App, id: string): Promise<Seen> => {
  const view = await fetchView(app);
  const site = view.sites.find((one) => one.id === id);
  if (site) return { site, at: view.at };
  const known = view.sites.map((one) => one.id).slice(0, 20);
  throw new AutomationError('ERR_UNKNOWN_SITE', `There is no site "${id.slice(0, 60)}".`, {
    remedy: `Known sites: ${known.join(', ') || 'none'}.`,
  });
};

const jsonOf = ({ site, at }: Seen) => ({
  site: site.id,
  at,
  headline: site.headline,
  singlyEncrypted: site.singlyEncrypted,
  move: site.move,
  waits: site.waits,
  residence: site.residence,
  standing: site.standing,
  snapshots: site.snapshots,
  preflight: site.preflight,
  lastMoves: site.lastMoves,
});

const codeOf = ({ site: { move } }: Seen): number =>
  move?.status === 'failed' || (move?.plan?.blockers.length ?? 0) > 0 ? 2 : 0;

const show = (seen: Seen, json: boolean, io: Io): void =>
  io.out(json ? `${JSON.stringify(jsonOf(seen), null, 2)}\n` : renderMoveStatus(seen.site, Date.parse(seen.at)));

const stands = ({ state, status, why }: MoveStepView): string => [state, status, why ?? ''].join();

/** What changed since, a line each; and the pace behind them, since it changed with them. */
const changes = (before: SiteView, { site, at }: Seen, { width }: Io): string[] => {
  const old = new Map(before.move?.steps.map((step) => [step.id, stands(step)]));
  const moved = site.move?.steps.filter((step) => old.get(step.id) !== stands(step) && step.state !== 'later') ?? [];
  const news = [
    ...(before.headline === site.headline ? [] : [`The site: ${site.headline}`]),
    ...moved.map(({ title, text, why }) => `${title}: ${text}${why === null ? '' : ` (${why})`}`),
  ];
  if (news.length === 0) return [];
  const pace = site.move === null ? [] : [`${site.move.pace}; if it stopped now: ${site.move.stopHere.text}`];
  const time = `${at.slice(11, 19)}  `;
  return [...news, ...pace].flatMap((text, index) => wrap(text, width, index === 0 ? time : ' '.repeat(time.length)));
};

const endOf = ({ lastMoves, id }: SiteView): string => {
  const [last] = lastMoves;
  return last ? `${id}: the move is over: ${last.outcome}; ${last.text}` : `${id}: no move is under way any more`;
};

/** The app may be redeployed in the middle of a move: so many looks in a row may fail. */
const mostFailures = 30;

const look = async (app: App, id: string, wallMs: number, io: Io): Promise<Seen> => {
  for (let failures = 0; ; failures += 1) {
    try {
      return await fetchSite(app, id);
    } catch (error) {
      if (!(error instanceof AutomationError) || error.code !== 'ERR_APP' || failures >= mostFailures) throw error;
      if (failures === 0) io.err(`${error.message} Still trying.\n`);
      await pause(wallMs);
    }
  }
};

const watch = async (app: App, first: Seen, { json, wallMs }: { json: boolean; wallMs: number }, io: Io) => {
  let seen = first;
  while (seen.site.move !== null && seen.site.move.status !== 'failed') {
    await pause(wallMs);
    const next = await look(app, seen.site.id, wallMs, io);
    const lines = changes(seen.site, next, io);
    if (lines.length > 0) io.out(`${json ? JSON.stringify(jsonOf(next)) : lines.join('\n')}\n`);
    seen = next;
  }
  if (seen.site.move === null && !json) io.out(`${wrap(endOf(seen.site), io.width).join('\n')}\n`);
  return codeOf(seen);
};

const secondsOf = (text: string | undefined): number => {
  const seconds = Number(text ?? '10');
  if (seconds > 0 && seconds <= 3_600) return seconds;
  throw misused(`--every: "${text?.slice(0, 40)}" is no number of seconds.`, 'Give a number above 0, at most 3600.');
};

/** Shows a site's move; with `watch`, goes on until it is over or failed. Exit: 2 where it failed or is blocked. */
export const moveStatus = async (
  app: App,
  id: string,
  asked: { readonly json: boolean; readonly watch: boolean; readonly every: string | undefined },
  io: Io,
): Promise<number> => {
  const wallMs = 1_000 * secondsOf(asked.every);
  const seen = await fetchSite(app, id);
  if (asked.watch && asked.json) io.out(`${JSON.stringify(jsonOf(seen))}\n`);
  else show(seen, asked.json, io);
  return asked.watch && seen.site.move ? watch(app, seen, { json: asked.json, wallMs }, io) : codeOf(seen);
};
