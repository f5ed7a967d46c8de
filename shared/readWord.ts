import { AutomationError } from './base/errors.ts';
import { type Word, wordSchema } from './words.ts';

const actions = wordSchema.options.map(({ shape }) => shape.action.value);

/** What a body says; `plan` where it names no action. Throws ERR_USAGE naming the member that is wrong. */
export const readWord = (value: unknown): Word => {
  const isBare = typeof value === 'object' && value !== null && !('action' in value);
  const parsed = wordSchema.safeParse(isBare ? { ...value, action: 'plan' } : value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new AutomationError('ERR_USAGE', `${issue?.path.join('.') || 'body'}: ${issue?.message}`, {
    remedy: `Send { "action": ${actions.map((name) => `"${name}"`).join(' | ')}, "site": ID, ... }.`,
  });
};

/** Whether something is done because of it: then it is remembered whose word it was. */
export const decides = ({ action }: Pick<Word, 'action'>): boolean => action !== 'plan' && action !== 'preflight';
