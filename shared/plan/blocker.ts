import type { TagFaultCode } from '../ranges/tagFault.ts';

/** Why a plan may not be applied. A closed set; each says when. */
export type BlockerCode =
  | TagFaultCode // what may be wrong with the addresses themselves
  | 'FORBIDDEN_RANGE' // the wanted set meets the VNet, the client pool or another forbidden range
  | 'ROUTE_BUDGET' // the routes do not fit the table
  | 'FOREIGN_ROUTE_CONFLICT' // a foreign route has one of our prefixes and another hop
  | 'FOREIGN_ROUTE_DIVERTS' // a more specific foreign route leads wanted addresses elsewhere
  | 'FOREIGN_ROUTE_COVERS_HOLE' // a more specific foreign route leads a hole to the firewall
  | 'FIREWALL_ADDRESS_UNKNOWN' // the next hop's address is neither given nor readable
  | 'GATEWAY_ADDRESS_UNKNOWN' // the gateway's public addresses are not readable
  | 'MOVE_SNAPSHOT' // a move has no snapshot to be built from, or something essential is missing in it
  | 'MOVE_ADDRESSES' // ranges of the new side overlap, or have no room for what the old ones held
  | 'MOVE_REFERENCE' // a rule needs what did not come along, or two resources would have one id
  | 'MOVE_SECRET' // something that cannot be read back has no source on the new side
  | 'MOVE_SKU' // what stood is no longer sold, and has no known successor
  | 'MOVE_RESIDENCE' // the side to be taken down is the one the site lives on
  | 'MOVE_PREFLIGHT' // a check of the new side failed
  | 'FIREWALL_RULES' // the firewall's policy has no room for our rules
  | 'IP_GROUP_TAKEN'; // a stranger's IP group has the name of ours

export type Blocker = { readonly code: BlockerCode; readonly message: string; readonly remedy: string };
