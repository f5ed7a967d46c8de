import { AutomationError, type ErrorCode } from '../shared/base/errors.ts';

/** As `work`; null where it throws one of these codes. */
export const unless = async <T>(codes: readonly ErrorCode[], work: () => Promise<T>): Promise<T | null> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AutomationError && codes.includes(error.code)) return null;
    throw error;
  }
};

/** No sites file was ever put, or only a broken one. */
export const noSites = ['ERR_SITES_FILE', 'ERR_PREFIX'] as const;
