import type { Fault } from './faults.ts';

/** The error recorded when a gateway could not be deleted at first. */
const INTERMITTENT = {
  code: 'VmssGatewayDeploymentFailed',
  message: 'The gateway deployment operation failed due to an intermittent error. Please try again.',
} as const;

interface Failure {
  readonly code?: string;
  readonly message?: string;
  /** How many times in a row; the next one succeeds. */
  readonly times?: number | 'always';
}

/** What a move has to live with, as faults to be planted. A resource is named by its id. */
export const troubles = {
  /** The write is accepted, takes its time and fails at the end; the resource is there and says Failed. */
  createFails: (resource: string, { times = 1, ...error }: Failure = {}): Fault => ({
    name: 'createFails',
    match: { method: 'PUT', resource },
    times,
    effect: { kind: 'operationFails', ...INTERMITTENT, ...error },
  }),
  /** The write is accepted and stays under way for ever. */
  createNeverEnds: (resource: string): Fault => ({
    name: 'createNeverEnds',
    match: { method: 'PUT', resource },
    effect: { kind: 'operationNeverEnds' },
  }),
  /** The deletion is accepted, takes its time and fails at the end; the resource stays and says Failed. */
  deleteFails: (resource: string, { times = 1, ...error }: Failure = {}): Fault => ({
    name: 'deleteFails',
    match: { method: 'DELETE', resource },
    times,
    effect: { kind: 'operationFails', ...INTERMITTENT, ...error },
  }),
  /** A write of a subnet beside another one of its network is refused with 400 (azure-rest-api-specs#14202); 409 is the usual answer. */
  subnetCollides: (subnet: string): Fault => ({
    name: 'subnetCollides',
    match: { method: 'PUT', resource: subnet },
    effect: {
      kind: 'answer',
      status: 400,
      body: { error: { code: 'NetcfgInvalidSubnet', message: `Subnet '${subnet}' is not valid.`, details: [] } },
    },
  }),
} as const;
