import { iso } from './base/clock.ts';
import { AutomationError } from './base/errors.ts';
import type { Site } from './base/site.ts';
import type { Ports } from './ports.ts';
import { tagNamesOf } from './ranges/desired.ts';
import { heldTags } from './ranges/witness.ts';
import { askedIn } from './record/asked.ts';
import { sitesInForce } from './record/configuration.ts';
import { askedBlob } from './record/tagBlobs.ts';
import { frozenText } from './record/tagsView.ts';
import { tagsFor } from './visit.ts';

/** What people were told last; empty once nothing was wrong any more. */
const toldBlob = 'last-good/told.txt';
const toldFrozenBlob = 'last-good/told-tags.txt';

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

/** Files of tags that were passed over, and a download that was not taken. Where none is left, each site says so itself. */
const troubleOfTags = async (sites: readonly Site[], ports: Ports): Promise<string[]> => {
  const refused: string[] = [];
  for (const cloud of [...new Set(sites.map((site) => site.cloud))].sort()) {
    try {
      const { download } = askedIn(await ports.config.read(askedBlob(cloud)));
      if (download?.trouble) refused.push(`Service tags of ${cloud} at the download address: ${download.said}`);
      refused.push(...(await tagsFor(ports)(cloud)).refused);
    } catch (error) {
      if (!(error instanceof AutomationError) || error.code !== 'ERR_TAGS_MISSING') throw error;
    }
  }
  return [...new Set(refused)].sort();
};

/** Tags that are used by a site are that site's alarm; the others are told here. */
const frozenElsewhere = async (sites: readonly Site[], ports: Ports): Promise<string> => {
  const lines: string[] = [];
  for (const cloud of [...new Set(sites.map((site) => site.cloud))].sort()) {
    try {
      const { tags } = await tagsFor(ports)(cloud);
      const used = new Set(sites.flatMap(tagNamesOf).map((name) => name.toLowerCase()));
      const others = heldTags(tags).filter(
        ({ name, hold }) => hold?.kind === 'frozen' && !used.has(name.toLowerCase()),
      );
      const text = frozenText(others.map(({ name }) => name));
      if (text !== null) lines.push(text);
    } catch (error) {
      if (!(error instanceof AutomationError) || error.code !== 'ERR_TAGS_MISSING') throw error;
    }
  }
  return lines.join('\n');
};

const tellOnce = async (told: string, text: string, title: string, key: string, ports: Ports): Promise<void> => {
  if (text === ((await ports.config.read(told)) ?? '')) return;
  const at = iso(ports.clock.now());
  if (text !== '') {
    const notice = { kind: 'alarm', site: 'all', at, title, text, digest: null, runId: null } as const;
    await ports.notices.tell({ id: `${key} ${at}`, ...notice });
  }
  await ports.config.write(told, text);
};

/** Tells people what is wrong with the configuration: once, and again when it was mended and broke anew. */
export const tellConfigTrouble = async (sites: readonly Site[], ports: Ports): Promise<void> => {
  const ofSites = await troubleOfSites(ports);
  const troubles = [...(ofSites === null ? [] : [ofSites]), ...(await troubleOfTags(sites, ports))];
  const fault = 'The configuration has a fault; what is in force stays as it was';
  await tellOnce(toldBlob, troubles.join('\n'), fault, 'configuration', ports);
  const frozen = 'Service tags that no site uses cannot be believed any more';
  await tellOnce(toldFrozenBlob, await frozenElsewhere(sites, ports), frozen, 'frozen tags', ports);
};
