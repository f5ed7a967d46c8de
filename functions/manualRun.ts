import { app, type HttpRequest, type HttpResponseInit } from '@azure/functions';
import { answer, failureAnswer, isJson, jsonBodyOf, onlyByPost, onlyJson } from '../shared/answers.ts';
import { callerOf, mayDecide } from '../shared/caller.ts';
import { rouse } from '../shared/heartbeat.ts';
import { decides, readWord } from '../shared/readWord.ts';
import { wire } from '../shared/wire.ts';
import { say } from '../shared/words.ts';

/**
 * A person's door: 200 for what was only read, 202 for a word that will be acted on, 401 and 403 for somebody who may
 * not say it, 405 for a link. Who says it is what was proven, never what the body claims.
 */
export const manualRun = async (request: HttpRequest): Promise<HttpResponseInit> => {
  if (request.method !== 'POST') return onlyByPost();
  if (!isJson(request.headers.get('content-type'))) return onlyJson();
  try {
    const ports = await wire();
    const body = await jsonBodyOf(request);
    if ('answer' in body) return body.answer;
    const { by: claimed, ...word } = readWord(body.value);
    const caller = await callerOf(request, claimed, ports);
    if (decides(word)) mayDecide(caller, ports);
    const said = await say(word, caller.by, ports);
    await rouse(ports);
    return answer(decides(word) ? 202 : 200, said);
  } catch (error) {
    return failureAnswer(error);
  }
};

app.http('manualRun', {
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  authLevel: 'function',
  route: 'manualRun',
  handler: manualRun,
});
