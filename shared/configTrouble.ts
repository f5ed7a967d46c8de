import { iso } from './base/clock.ts';
import { AutomationError } from './base/errors.ts';
import type { Site } from './base/site.ts';
import type { Ports } from './ports.ts';
import { sitesInForce } from './record/configuration.ts';
import { tagsFor } from './visit.ts';

/** What people were told last; empty once nothing was wrong any more. */
const toldBlob = 'last-good/told.txt';

/** The sites to look after. Where there is no valid sites file there are none: the log says why, and the sweep tells. */
export const sitesToServe = async (ports: Ports): Promise<readonly Site[]> => {
  try {
    return (await sitesInForce(ports.config)).sites;
  } catch (error) {
    if (!(error instanceof AutomationError) || error.code !== 'ERR_SITES_FILE') throw error;
    ports.log.error('no sites file is in force', { message: error.message, remedy: error.remedy });
    return [];
  }
};

const troubleOfSites = async (ports: Ports): Promise<string | null> => {
  try {
    return (await sitesInForce(ports.config)).trouble;
  } catch (error) {
    if (!(error instanceof AutomationError) || error.code !== 'ERR_SITES_FILE') throw error;
    return `${error.message} ${error.remedy}`;
  }
};

/** Files of tags that were passed over. Where none is left, each site says so itself. */
const troubleOfTags = async (sites: readonly Site[], ports: Ports): Promise<string[]> => {
  const refused: string[] = [];
  for (const cloud of [...new Set(sites.map((site) => site.cloud))].sort()) {
    try {
      refused.push(...(await tagsFor(ports)(cloud)).refused);
    } catch (error) {
      if (!(error instanceof AutomationError) || error.code !== 'ERR_TAGS_MISSING') throw error;
    }
  }
  return [...new Set(refused)].sort();
};

/** Tells people what is wrong with the configuration: once, and again when it was mended and broke anew. */
export const tellConfigTrouble = async (sites: readonly Site[], ports: Ports): Promise<void> => {
  const ofSites = await troubleOfSites(ports);
  const troubles = [...(ofSites === null ? [] : [ofSites]), ...(await troubleOfTags(sites, ports))];
  const text = troubles.join('\n');
  if (text === ((await ports.config.read(toldBlob)) ?? '')) return;
  const at = iso(ports.clock.now());
  if (text !== '') {
    const title = 'The configuration has a fault; what is in force stays as it was';
    const notice = { kind: 'alarm', site: 'all', at, title, text, digest: null, runId: null } as const;
    await ports.notices.tell({ id: `configuration ${at}`, ...notice });
  }
  await ports.config.write(toldBlob, text);
};
