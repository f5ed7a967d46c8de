import type { SnapshotResource } from '../snapshot.ts';
import { objectIn, textIn } from './json.ts';
import { nameIn } from './resourceIds.ts';

const typeOf = ({ body }: SnapshotResource): string => textIn(objectIn(body, 'properties'), 'connectionType');

/**
 * A connection to another gateway of Azure's, or to a circuit, does not go along: its other end must agree, and names
 * the gateway that is left. A tunnel to a site does; its other end follows by hand, as the device does.
 */
export const staysBehind = (one: SnapshotResource): boolean =>
  one.role === 'connection' && !['', 'ipsec'].includes(typeOf(one).toLowerCase());

/** What an approver should know of it. */
export const leftBehindNote = (one: SnapshotResource): string =>
  `The connection ${nameIn(one.id)} (${typeOf(one)}) stays behind: its other end is not the site's. Make it anew at both ends.`;
