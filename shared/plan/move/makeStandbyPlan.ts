import { makeMovePlan } from './makeMovePlan.ts';
import type { MovePlanInput } from './moveInput.ts';
import type { MovePlan } from './movePlan.ts';

/**
 * What keeps a target warm: everything up to gateway, firewall and its rules, as a move would build it, so that a
 * move later finds it as planned. No routes are written, and no connection is made: Azure could open a second tunnel
 * to the device by itself.
 */
export const makeStandbyPlan = (input: Omit<MovePlanInput, 'reason' | 'blockedBy'>): MovePlan =>
  makeMovePlan({ ...input, reason: 'standbyUp' });
