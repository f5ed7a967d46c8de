/** A resource that is Failed (or Canceled) is never "unchanged": the same PUT is what settles it. */
export const unsettled = (provisioningState: string): boolean =>
  provisioningState === 'Failed' || provisioningState === 'Canceled';

/** ARM shows what was asked for while it is still at work on it: not yet what the firewall does. */
export const underWay = (provisioningState: string): boolean =>
  provisioningState !== '' && provisioningState !== 'Succeeded' && !unsettled(provisioningState);
