import type { Ask } from '../shared/record/ask.ts';
import type { App } from './app.ts';
import { fetchView } from './status.ts';

/** What a person is asked at a site about this very plan, as the app sees it now. */
export type AskedNow = Pick<Ask, 'question'> & { readonly text: string };

/** Null where no such plan waits, or the page is not to be read with this key: the digest has to do then. */
export const askedNow = async (app: App, site: string, digest: string): Promise<AskedNow | null> => {
  const view = await fetchView(app).catch(() => null);
  const waits = view?.sites.find(({ id }) => id === site)?.waits ?? [];
  const wait = waits.find(({ ask }) => ask?.action === 'apply' && ask.digest === digest);
  return wait?.ask?.question === undefined ? null : { question: wait.ask.question, text: wait.text };
};

/** The plan that a word is about, as it is sent: the question that was given, else the one that waits with that digest. */
export const planMeant = async (
  app: App,
  site: string,
  { digest, question }: { readonly digest?: string | undefined; readonly question?: string | undefined },
): Promise<{ readonly digest?: string; readonly question?: string }> => {
  const about = question ?? (digest === undefined ? undefined : (await askedNow(app, site, digest))?.question);
  return { ...(digest === undefined ? {} : { digest }), ...(about === undefined ? {} : { question: about }) };
};
