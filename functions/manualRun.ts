import { app, type HttpRequest, type HttpResponseInit } from '@azure/functions';
import { failureAnswer, jsonBodyOf } from '../shared/answers.ts';
import { AutomationError } from '../shared/base/errors.ts';
import { wire } from '../shared/wire.ts';
import { say, type Word, wordSchema } from '../shared/words.ts';

/** Who asks: Entra ID's name where App Service authentication is on, else whoever holds the key. */
const callerOf = (request: HttpRequest): string =>
  request.headers.get('x-ms-client-principal-name') ?? 'a holder of the function key';

const actions = wordSchema.options.map(({ shape }) => shape.action.value);

const readWord = (value: unknown): Word => {
  const withDefault =
    typeof value === 'object' && value !== null && !('action' in value) ? { ...value, action: 'plan' } : value;
  const parsed = wordSchema.safeParse(withDefault);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new AutomationError('ERR_USAGE', `${issue?.path.join('.') || 'body'}: ${issue?.message}`, {
    remedy: `Send { "action": ${actions.map((name) => `"${name}"`).join(' | ')}, "site": ID, ... }.`,
  });
};

/** A person's door: 200 for what was only read, 202 for a word that will be acted on. */
export const manualRun = async (request: HttpRequest): Promise<HttpResponseInit> => {
  const body = await jsonBodyOf(request);
  if ('answer' in body) return body.answer;
  try {
    const word = readWord(body.value);
    const answer = await say(word, callerOf(request), await wire());
    return { status: ['plan', 'preflight'].includes(word.action) ? 200 : 202, jsonBody: answer };
  } catch (error) {
    return failureAnswer(error);
  }
};

app.http('manualRun', { methods: ['POST'], authLevel: 'function', route: 'manualRun', handler: manualRun });
