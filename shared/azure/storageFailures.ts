import { AutomationError } from '../base/errors.ts';

const fieldOf = (error: unknown, name: string): unknown =>
  typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;

/** HTTP status of a refusal by storage; undefined where there was no answer. */
export const statusOf = (error: unknown): number | undefined => {
  const status = fieldOf(error, 'statusCode');
  return typeof status === 'number' ? status : undefined;
};

/** Storage's own code (`BlobAlreadyExists`, `TableNotFound`), or the socket's (`ECONNREFUSED`). */
export const codeOf = (error: unknown): string => {
  const details = fieldOf(error, 'details');
  const odata = fieldOf(fieldOf(details, 'odataError'), 'code');
  const found = [odata, fieldOf(details, 'errorCode'), fieldOf(error, 'code'), fieldOf(error, 'name')];
  return (found.find((code) => typeof code === 'string' && code !== '') as string | undefined) ?? 'unknown';
};

const remedyOf = (status: number | undefined): string =>
  status === 401 || status === 403
    ? "Check AzureWebJobsStorage, or give the app's identity the roles Storage Blob, Queue and Table Data Contributor; check the account's firewall."
    : 'It is tried again. If it stays, check the storage account that AzureWebJobsStorage names.';

/** A failure of the product's own storage. Quotes status and code only: storage's messages may hold what was signed. */
export const storageFailure = (what: string, error: unknown): AutomationError => {
  if (error instanceof AutomationError) return error;
  const status = statusOf(error);
  const answer = status === undefined ? 'no answer' : `HTTP ${status}`;
  return new AutomationError('ERR_STORAGE', `The app's storage did not manage ${what}: ${answer}, ${codeOf(error)}`, {
    remedy: remedyOf(status),
    retry: 'later',
    cause: error,
  });
};

const MISSING: ReadonlySet<string> = new Set(['TableNotFound', 'ContainerNotFound', 'QueueNotFound']);

/** True where not the thing but the table, container or queue it would be in is missing. */
export const isHomeMissing = (error: unknown): boolean => statusOf(error) === 404 && MISSING.has(codeOf(error));

/** Runs `work`; where its table, container or queue is missing, makes that and runs `work` again. Costs nothing once it is there. */
export const withHome = async <T>(create: () => Promise<unknown>, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (!isHomeMissing(error)) throw error;
    await create();
    return work();
  }
};
