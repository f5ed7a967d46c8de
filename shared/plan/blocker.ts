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
  | 'FIREWALL_POLICY'; // classic rules may not be written beside a Firewall Policy

export type Blocker = { readonly code: BlockerCode; readonly message: string; readonly remedy: string };
