import { app, type HttpRequest, type HttpResponseInit } from '@azure/functions';
import { answer, jsonBodyOf } from '../shared/answers.ts';
import { atDoor } from '../shared/atDoor.ts';
import { admit } from '../shared/caller.ts';
import { readServiceHealth } from '../shared/events/serviceHealth.ts';
import { hear } from '../shared/hear.ts';
import { wire } from '../shared/wire.ts';

/**
 * The action group's door, both alert schemas. 202 queued, 200 ignored (with the reason), 400 not an alert,
 * 401 and 403 not the action group (where Entra ID is set up), 413 too large, 503 not persisted: an action group tries
 * again on 503, and gives up on other failures.
 */
export const serviceHealthWebhook = (request: HttpRequest): Promise<HttpResponseInit> =>
  atDoor(wire, async (ports) => {
    await admit(request, 'alerts', ports);
    const body = await jsonBodyOf(request);
    if ('answer' in body) return body.answer;
    const heard = await hear(readServiceHealth(body.value), 'a Service Health alert', ports);
    return answer(heard.accepted > 0 ? 202 : 200, heard);
  });

app.http('serviceHealthWebhook', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'events/service-health',
  handler: serviceHealthWebhook,
});
