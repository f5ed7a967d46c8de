import { app, type HttpRequest, type HttpResponseInit, type InvocationContext } from '@azure/functions';
import { answer, jsonBodyOf } from '../shared/answers.ts';
import { atDoor } from '../shared/atDoor.ts';
import { admit } from '../shared/caller.ts';
import { readEventGrid, validationAnswer } from '../shared/events/eventGrid.ts';
import { hear } from '../shared/hear.ts';
import { wire } from '../shared/wire.ts';

/**
 * Event Grid's door for deliveries with a token, in Event Grid schema; the trigger `eventGridEvent` sees no headers.
 * 200 the handshake, and whatever was taken or ignored; 400 and 413 are given up on, 503 comes again.
 */
export const eventGridWebhook = (request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> =>
  atDoor(wire, async (ports) => {
    await admit(request, 'events', ports);
    const body = await jsonBodyOf(request);
    if ('answer' in body) return body.answer;
    if (request.headers.get('aeg-event-type')?.toLowerCase() === 'subscriptionvalidation')
      return answer(200, validationAnswer(body.value));
    const heard = await hear(readEventGrid(body.value), 'an Event Grid event', ports);
    for (const { what, reason } of heard.ignored) context.log(`ignored ${what}: ${reason}`);
    return answer(200, heard);
  });

app.http('eventGridWebhook', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'events/event-grid',
  handler: eventGridWebhook,
});
