import { createDefaultHttpClient, type HttpClient, RestError } from '@azure/core-rest-pipeline';
import { mayPass } from './tokenTrouble.ts';

/** A token endpoint on the same machine answers at once; one that hangs would hold every call up. */
const TIMEOUT_MS = 10_000;

/**
 * The HTTP client of the app's credentials. They forget the status of an answer that is no token: a 503 of the identity
 * endpoint would look like an identity that is missing. What passes is thrown here, as a broken connection is.
 */
export const identityHttp = (inner: HttpClient = createDefaultHttpClient()): HttpClient => ({
  sendRequest: async (request) => {
    request.timeout ||= TIMEOUT_MS;
    const response = await inner.sendRequest(request);
    const { status } = response;
    if (mayPass(status)) throw new RestError(`The identity endpoint answers HTTP ${status}`, { statusCode: status });
    return response;
  },
});
