import { app, type HttpRequest, type HttpResponseInit } from '@azure/functions';
import { answer, isJson, jsonBodyOf, onlyByPost, onlyJson } from '../shared/answers.ts';
import { atDoor } from '../shared/atDoor.ts';
import { callerOf, mayDecide } from '../shared/caller.ts';
import { decides, readWord } from '../shared/readWord.ts';
import { wire } from '../shared/wire.ts';
import { say } from '../shared/words.ts';

/**
 * A person's door: 200 for what was only read, 202 for a word that will be acted on, 401 and 403 for somebody who may
 * not say it, 405 for a link. Who says it is what was proven, never what the body claims.
 */
export const manualRun = (request: HttpRequest): Promise<HttpResponseInit> =>
  atDoor(wire, async (ports) => {
    if (request.method !== 'POST') return onlyByPost();
    if (!isJson(request.headers.get('content-type'))) return onlyJson();
    const body = await jsonBodyOf(request);
    if ('answer' in body) return body.answer;
    const { by: claimed, ...word } = readWord(body.value);
    const caller = await callerOf(request, claimed, ports);
    if (decides(word)) mayDecide(caller, claimed, ports);
    const said = await say(word, caller.by, ports);
    return answer(decides(word) ? 202 : 200, said);
  });

app.http('manualRun', {
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  authLevel: 'function',
  route: 'manualRun',
  handler: manualRun,
});
