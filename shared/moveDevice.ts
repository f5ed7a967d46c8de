import { moveBundle } from './apply/moveBundle.ts';
import { isObject, type JsonObject } from './base/canonical.ts';
import { iso } from './base/clock.ts';
import { AutomationError } from './base/errors.ts';
import { seeThere } from './moveTables.ts';
import {
  commitMove,
  finishMoveStep,
  leaveMoveStep,
  type MoveWork,
  moveOf,
  noteMove,
  type StepInHand,
  setMoveStep,
} from './moveWork.ts';
import { confirmationText, isOver, moveConfirmed } from './record/moveProgress.ts';
import { bundleBlob, profileBlob } from './record/progress.ts';
import { tell } from './tell.ts';

/** How often the gateway is asked whether the device has come. */
const askGatewayMs = 5 * 60_000;
/** An answer takes some ten seconds, and is asked for at that pace at first. */
const mostAnswersMissing = 12;
/** How often people are reminded that the device is waited for. */
const remindMs = 30 * 60_000;

const personLoads = 'a person puts profile and file on the device';

/** Has the gateway make the VPN client profile (certificate authentication, IKEv2). */
export const profileStep = async (work: MoveWork, step: StepInHand): Promise<void> => {
  const body = { processorArchitecture: 'Amd64', authenticationMethod: 'EAPTLS' };
  const accepted = await work.azure.resources.act(work.there.ids.gateway, 'generatevpnprofile', body);
  return accepted.status === 'running' ? leaveMoveStep(work, step, accepted) : profileMade(work, step, accepted.body);
};

/** The profile's address lets anyone fetch it for a while: it is kept in storage and said nowhere. */
export const profileMade = async (work: MoveWork, step: StepInHand, body: unknown): Promise<void> => {
  const { ports, site } = work;
  if (typeof body !== 'string' || !URL.canParse(body)) {
    throw new AutomationError('ERR_AZURE_UNAVAILABLE', `${work.there.ids.gateway} gave no address of a profile`, {
      remedy: 'Nothing to do: it is asked again.',
      retry: 'later',
    });
  }
  const blob = profileBlob(site.id, `${moveOf(work).id}-${ports.clock.now()}`);
  await ports.archive.keep(blob, JSON.stringify({ url: body, at: iso(ports.clock.now()) }));
  await commitMove(work, (move) => ({ ...move, profileBlob: blob }));
  return finishMoveStep(work, step, 'done', `kept in storage: npm run cli -- device-file --site ${site.id} --profile`);
};

/** Profile, file of inclusive routes, instructions. */
export const bundleStep = async (work: MoveWork, step: StepInHand): Promise<void> => {
  const { there, site, ports, tagsInForce } = work;
  const { plan, sight } = await seeThere(work);
  const bundle = moveBundle({
    there,
    tagsText: tagsInForce.text(),
    ranges: [...sight.network.addressSpace, ...sight.network.clientAddressPool],
    gatewayAddresses: sight.network.gatewayPublicIpAddresses,
    profile: moveOf(work).profileBlob !== null,
  });
  const blob = bundleBlob(site.id, bundle.checksum);
  await ports.archive.keep(blob, bundle.file);
  const at = iso(ports.clock.now());
  const { checksum, instruction } = bundle;
  const { listHash } = plan.device;
  const offered = { checksum, listHash, blob, at, added: 0, instruction };
  // The very file that was offered before stays as it is, and so does a word on it.
  if (moveOf(work).device?.offered?.checksum !== checksum)
    await commitMove(work, (move) => ({ ...move, device: { offered, confirmed: null } }));
  return finishMoveStep(work, step, 'done', checksum);
};

/** The gateway shows the device: nobody needs to say so. */
const confirmedByGateway = async (work: MoveWork, step: StepInHand, by: string): Promise<void> => {
  const offered = moveOf(work).device?.offered ?? null;
  if (offered !== null) {
    const { checksum, listHash } = offered;
    const word = { checksum, listHash, by, at: iso(work.ports.clock.now()) };
    await commitMove(work, (move) => ({ ...move, device: { offered, confirmed: word } }));
  }
  return finishMoveStep(work, step, 'done', confirmationText({ by }));
};

/** Nobody has come to the gateway: whoever gave their word should look again, before the old side is taken down. */
const tellNobodyCame = ({ site, there, plan, ...work }: MoveWork, by: string, seen: string): Promise<unknown> =>
  tell(
    { ...work, site },
    {
      kind: 'needsDevice',
      key: `move unseen ${work.id}`,
      title: `Site ${site.id}: ${by} confirmed the device, and ${seen}`,
      text: `The word counts. See that the device connects to ${there.home.displayName} before anything is taken down.`,
      digest: plan.digest,
    },
  );

/** A person's word counts, whatever the gateway says; what it says is written down with it. */
const confirmedByPerson = async (
  work: MoveWork,
  step: StepInHand,
  gateway: { readonly seen: boolean; readonly text: string },
): Promise<void> => {
  const by = moveOf(work).device?.confirmed?.by ?? 'a person';
  if (!gateway.seen) await tellNobodyCame(work, by, gateway.text);
  await commitMove(work, (move) => {
    const { offered = null, confirmed = null } = move.device ?? {};
    return confirmed === null
      ? move
      : { ...move, device: { offered, confirmed: { ...confirmed, gateway: gateway.text } } };
  });
  return finishMoveStep(work, step, 'done', confirmationText({ by, gateway: gateway.text }));
};

/** Asks once, after a person's word. A tunnel says by its connection, a client by its dialling in. */
const askOnce = async (work: MoveWork, step: StepInHand): Promise<void> => {
  const { azure, there, plan } = work;
  if (there.network.vpn === 'p2s') return askWhoIsThere(work, step);
  const ids = plan.steps.filter(({ kind }) => kind === 'sharedKey').map(({ resource }) => resource);
  const found = await Promise.all(ids.map((id) => azure.resources.find(id)));
  const up = found.some(
    (raw) => isObject(raw?.['properties']) && raw['properties']['connectionStatus'] === 'Connected',
  );
  return confirmedByPerson(work, step, {
    seen: up,
    text: up ? 'the gateway has its tunnel' : 'the gateway has no tunnel to it yet',
  });
};

const askWhoIsThere = async (work: MoveWork, step: StepInHand): Promise<void> => {
  const accepted = await work.azure.resources.act(work.there.ids.gateway, 'getVpnClientConnectionHealth', {});
  if (accepted.status === 'done') return connectionsSeen(work, step, accepted.body);
  const { operationUrl, notBefore } = accepted;
  return setMoveStep(work, step, { operation: { operationUrl, notBefore }, notBefore: null });
};

/** The profile's address is good for a while only: while the device is waited for, a new one is made at each reminder. */
const renewProfile = (work: MoveWork): Promise<void> =>
  commitMove(work, (move) => ({
    ...move,
    steps: move.steps.map((step) => {
      const profile = work.plan.steps.some(({ id, kind }) => id === step.id && kind === 'profile');
      return profile && isOver(step) ? { ...step, status: 'pending', tries: 0, startedAt: null, endedAt: null } : step;
    }),
  }));

/** A step that makes the profile anew: there is one already, whatever comes of this. */
export const isRenewal = (work: MoveWork, { planned }: StepInHand): boolean =>
  planned.kind === 'profile' && moveOf(work).profileBlob !== null;

/** Nothing stops because a profile could not be made anew; it is tried again at the next reminder. */
export const keepProfile = (work: MoveWork, step: StepInHand, why: string): Promise<void> =>
  finishMoveStep(work, step, 'done', `the one made before is kept: ${why}`);

/** Reminded once, and then every half hour. */
const remind = async (work: MoveWork, step: StepInHand): Promise<void> => {
  const { site, ports, plan, there } = work;
  const move = moveOf(work);
  const since = Date.parse(step.record.startedAt ?? iso(ports.clock.now()));
  const due = 1 + Math.floor((ports.clock.now() - since) / remindMs);
  if (move.reminders >= due) return;
  const offered = move.device?.offered;
  await tell(work, {
    kind: 'needsDevice',
    key: `move device ${move.id} ${offered?.at} ${due}`,
    title: `Site ${site.id}: ${due > 1 ? 'still waiting: ' : ''}put profile and file for ${there.home.displayName} on the device`,
    text: [`File ${offered?.blob} (${offered?.checksum})`, ...(offered?.instruction ?? [])].join('\n'),
    digest: plan.digest,
  });
  await commitMove(work, (current) => ({ ...current, reminders: due }));
  if (due > 1) await renewProfile(work);
};

/** Waits for a person to say that profile and file are on the device, or for the gateway to show it. */
export const confirmStep = async (work: MoveWork, step: StepInHand): Promise<void> => {
  const { session, ports, there } = work;
  if (moveConfirmed(session.state())) return askOnce(work, step);
  if (step.record.status !== 'waiting') {
    await setMoveStep(work, step, {
      status: 'waiting',
      startedAt: step.record.startedAt ?? iso(ports.clock.now()),
      why: personLoads,
      notBefore: ports.clock.now() + askGatewayMs,
    });
    return remind(work, step);
  }
  await remind(work, step);
  if (there.network.vpn === 's2s') return setMoveStep(work, step, { notBefore: ports.clock.now() + askGatewayMs });
  return askWhoIsThere(work, step);
};

const waitOn = (work: MoveWork, step: StepInHand, why: string): Promise<void> =>
  setMoveStep(work, step, {
    status: 'waiting',
    operation: null,
    tries: 0,
    why,
    notBefore: work.ports.clock.now() + askGatewayMs,
  });

/** A gateway that cannot say who is on it ends nothing: a person can. It is asked again later. */
export const askGatewayLater = (work: MoveWork, step: StepInHand, why: string): Promise<void> =>
  moveConfirmed(work.session.state())
    ? confirmedByPerson(work, step, { seen: false, text: `the gateway could not be asked: ${why}` })
    : waitOn(work, step, `the gateway could not be asked: ${why}`);

/** Its answer is not there yet; one that never comes is asked for anew. */
export const gatewayStillAtIt = (
  work: MoveWork,
  step: StepInHand,
  operation: NonNullable<StepInHand['record']['operation']>,
): Promise<void> => {
  const { tries } = step.record;
  if (tries >= mostAnswersMissing) return askGatewayLater(work, step, 'it did not answer');
  return setMoveStep(work, step, { operation, tries: tries + 1 });
};

/** A gateway that stood before may have clients with profiles of their own; the profile of a new one nobody else has. */
const isNew = (work: MoveWork): boolean => moveOf(work).steps.some(({ id, writes }) => id === 'gateway' && writes > 0);

/** It dialled in with what was offered. `vpnConnectionTime` is UTC, in whole seconds and without a zone. */
const cameAfter = (client: JsonObject, offeredAt: number, otherwise: boolean): boolean => {
  const text = String(client['vpnConnectionTime'] ?? '');
  const at = Date.parse(/Z$|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(at) ? otherwise : at >= Math.floor(offeredAt / 1_000) * 1_000;
};

/** The gateway's client connections: one that came with what was offered is the device. */
export const connectionsSeen = async (work: MoveWork, step: StepInHand, body: unknown): Promise<void> => {
  const value = isObject(body) && Array.isArray(body['value']) ? body['value'] : [];
  const clients = value.filter(isObject).flatMap((one) => {
    const address = one['privateIpAddress'];
    return typeof address === 'string' && address !== '' ? [{ address, one: one as JsonObject }] : [];
  });
  const offeredAt = Date.parse(moveOf(work).device?.offered?.at ?? iso(work.ports.clock.now()));
  const device = clients.find(({ one }) => cameAfter(one, offeredAt, isNew(work)));
  if (device !== undefined) {
    await noteMove(work, 'the gateway has a client', { addresses: clients.map(({ address }) => address) });
    if (!moveConfirmed(work.session.state()))
      return confirmedByGateway(work, step, `the gateway: client ${device.address}`);
    return confirmedByPerson(work, step, { seen: true, text: `the gateway has seen client ${device.address}` });
  }
  if (moveConfirmed(work.session.state()))
    return confirmedByPerson(work, step, { seen: false, text: 'the gateway has seen no client yet' });
  if (clients.length === 0) return waitOn(work, step, personLoads);
  return waitOn(work, step, `${personLoads}; who is on the gateway was there before these were offered`);
};
