import { app, type HttpRequest, type HttpResponseInit } from '@azure/functions';
import { atDoor } from '../shared/atDoor.ts';
import { callerOf, mayDecide } from '../shared/caller.ts';
import { formOf, readConfirmation, refusedAnswer, takenAnswer } from '../shared/formPost.ts';
import { wire } from '../shared/wire.ts';
import { say } from '../shared/words.ts';

/**
 * Where the page's form goes: 303 back to the page for a confirmation that was taken, else a small page that says what
 * is wrong. It says one word only, and only while the run or move that the form was made for still waits.
 */
export const confirmDevice = (request: HttpRequest): Promise<HttpResponseInit> => {
  const key = request.query.get('code');
  return atDoor<HttpResponseInit>(
    wire,
    async (ports) => {
      const { by: claimed, ...confirmation } = readConfirmation(await formOf(request));
      const caller = await callerOf(request, claimed, ports);
      mayDecide(caller, claimed, ports);
      const { site } = await say({ action: 'confirmDevice', ...confirmation }, caller.by, ports);
      return takenAnswer(site, key);
    },
    (error) => refusedAnswer(error, key),
  );
};

app.http('confirmDevice', {
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  authLevel: 'function',
  route: 'confirm-device',
  handler: confirmDevice,
});
