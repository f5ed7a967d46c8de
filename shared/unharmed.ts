import { asAutomationError } from './base/errors.ts';
import type { Site } from './base/site.ts';
import type { Ports } from './ports.ts';

/** A look must not fail because of what is only kept for later. Another worker's save ends this one all the same. */
export const unharmed = async (
  work: { readonly configured: Site; readonly ports: Ports },
  what: string,
  act: () => Promise<void>,
): Promise<void> => {
  try {
    await act();
  } catch (error) {
    const { code, message } = asAutomationError(error);
    if (code === 'ERR_STATE_CONFLICT') throw error;
    work.ports.log.warn(`${what} failed`, { site: work.configured.id, code, message });
  }
};
