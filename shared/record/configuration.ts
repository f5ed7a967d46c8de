import { AutomationError, asAutomationError } from '../base/errors.ts';
import { readSites, type Site } from '../base/site.ts';
import { textsIn } from './configTexts.ts';
import type { ConfigStore } from './ports.ts';

export const sitesBlob = 'sites.json';
const lastGoodSitesBlob = 'last-good/sites.json';

export type SitesInForce = {
  readonly sites: readonly Site[];
  /** The file they are of, as it was put, and its blob. */
  readonly text: string;
  readonly blob: string;
  /** What is wrong with the newest file, where the last good one is in force instead. */
  readonly trouble: string | null;
};

/** Every message asks, and a file of a thousand sites takes a tenth of a second to check; sites are never changed. */
let lastRead: { readonly text: string; readonly blob: string; readonly sites: readonly Site[] } | null = null;

const parsedSites = (text: string, blob: string): { sites: readonly Site[]; text: string; blob: string } => {
  if (lastRead?.text !== text || lastRead.blob !== blob) lastRead = { text, blob, sites: readSites(text, blob) };
  return lastRead;
};

/** The sites file, or the last good one where somebody broke it. Throws ERR_SITES_FILE where there is none at all. */
export const sitesInForce = async (config: ConfigStore): Promise<SitesInForce> => {
  const texts = await textsIn(config);
  const text = await texts.read(sitesBlob);
  const lastGood = await texts.read(lastGoodSitesBlob);
  if (text === undefined) {
    if (lastGood === undefined) {
      throw new AutomationError('ERR_SITES_FILE', 'There is no sites file yet.', {
        remedy: 'Put one: npm run cli -- sites put FILE',
      });
    }
    const trouble = `${sitesBlob} is gone; the last good file stays in force.`;
    return { ...parsedSites(lastGood, lastGoodSitesBlob), trouble };
  }
  let found: SitesInForce;
  try {
    found = { ...parsedSites(text, sitesBlob), trouble: null };
  } catch (error) {
    if (lastGood === undefined) throw error;
    const { message, remedy } = asAutomationError(error);
    const trouble = `${message} ${remedy} The last good file stays in force.`;
    return { ...parsedSites(lastGood, lastGoodSitesBlob), trouble };
  }
  // Outside the try: storage that fails is no fault of the file.
  if (text !== lastGood) await config.write(lastGoodSitesBlob, text);
  return found;
};
