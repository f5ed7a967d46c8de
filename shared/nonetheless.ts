import { asAutomationError } from './base/errors.ts';
import type { Ports } from './ports.ts';

/**
 * Does what follows a word that counts already: whoever said it must not hear that it failed, and what comes after must
 * come all the same. A failure goes to the log, with all that would be needed to make it good.
 */
export const nonetheless = async (
  what: string,
  about: Readonly<Record<string, string>>,
  { log }: Pick<Ports, 'log'>,
  act: () => Promise<unknown>,
): Promise<void> => {
  try {
    await act();
  } catch (error) {
    const { code, message } = asAutomationError(error);
    log.error(`${what} failed, but the word counts`, { ...about, code, message });
  }
};
