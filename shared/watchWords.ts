import { counted } from './base/counted.ts';
import { AutomationError } from './base/errors.ts';
import { regionOfSide, type SideName } from './base/side.ts';
import type { Site } from './base/site.ts';
import type { Snapshot } from './plan/snapshot.ts';
import type { Ports } from './ports.ts';
import { preflight } from './preflight.ts';
import type { Preflight } from './record/move.ts';
import { residenceOf } from './record/residence.ts';
import { acceptDoubtful } from './record/snapshotVerdict.ts';
import { snapshotBlob } from './record/snapshotVersions.ts';
import { speakTo } from './session.ts';
import { tagsFor } from './visit.ts';

/** Makes the preflight now and keeps what was found; Azure is read, and nothing there is written. */
export const checkNow = async (
  site: Site,
  ports: Ports,
): Promise<{ readonly said: string; readonly preflight: Preflight }> => {
  const { state } = await ports.sites.load(site.id);
  const tagsInForce = await tagsFor(ports)(site.cloud);
  const found = await preflight({ configured: site, ports, azure: ports, tagsInForce }, state);
  await speakTo(ports.sites, site.id, (current) =>
    // It may have moved meanwhile: then this is about the wrong side.
    residenceOf(current) === residenceOf(state) ? { ...current, preflight: found } : current,
  );
  const region = regionOfSide(site, found.side).displayName;
  const failing = found.checks.filter(({ ok }) => !ok).length;
  const said =
    failing === 0
      ? `it could move to ${region} now`
      : `it could not move to ${region} now: ${counted(failing, 'check')} failed`;
  return { said, preflight: found };
};

/** A person says that what the newest snapshot of a side lacks was meant to go: it is the good one from now on. */
export const acceptSnapshot = async (site: Site, asked: SideName | undefined, ports: Ports): Promise<string> => {
  let side: SideName = 'home';
  await speakTo(ports.sites, site.id, (state) => {
    side = asked ?? residenceOf(state);
    const kept = state.snapshots?.[side];
    if (!kept?.doubtful) {
      throw new AutomationError('ERR_NOTHING_WAITS', `No snapshot of site ${site.id} (${side}) is in doubt.`, {
        remedy: `See: npm run cli -- move status --site ${site.id}`,
      });
    }
    return { ...state, snapshots: { ...state.snapshots, [side]: acceptDoubtful(kept) } };
  });
  return `accepted: a move of ${regionOfSide(site, side).displayName} would be built from the newest snapshot`;
};

/** A person goes back to a version that was kept before: a move is built from that, until a sweep reads the side twice alike. */
export const bringBackSnapshot = async (
  site: Site,
  asked: SideName | undefined,
  version: string,
  ports: Ports,
): Promise<string> => {
  const { state: before } = await ports.sites.load(site.id);
  const side = asked ?? residenceOf(before);
  const blob = snapshotBlob(site.id, side, version);
  const text = await ports.archive.read(blob);
  if (text === undefined) {
    throw new AutomationError('ERR_NOTHING_WAITS', `No snapshot ${version} of site ${site.id} (${side}) is kept.`, {
      remedy: `See: npm run cli -- snapshot list --site ${site.id}`,
    });
  }
  const { hash, takenAt: at } = JSON.parse(text) as Snapshot;
  await speakTo(ports.sites, site.id, (state) => {
    const { doubtful = null } = state.snapshots?.[side] ?? {};
    const kept = { doubtful, good: { blob, hash, at } };
    return { ...state, snapshots: { ...state.snapshots, [side]: kept } };
  });
  return `a move of ${regionOfSide(site, side).displayName} would be built from the snapshot ${version} of ${at}`;
};
