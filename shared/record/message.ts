import { z } from 'zod';
import { AutomationError } from '../base/errors.ts';
import type { Message } from './ports.ts';

const common = { because: z.string().max(2_000), arrivedAt: z.number() };

const schema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('look'),
    ...common,
    subscriptionIds: z.array(z.string().max(100)).max(5_000).nullable(),
    sweep: z.boolean().optional(),
    resumes: z.boolean().optional(),
  }),
  z.object({ kind: z.literal('sweep'), ...common }),
  z.object({
    kind: z.literal('site'),
    ...common,
    site: z.string().max(64),
    generation: z.number(),
    notBefore: z.number(),
    continues: z.string().max(100).optional(),
    revives: z.boolean().optional(),
    sweep: z.boolean().optional(),
    busy: z.int().min(0).max(1_000).optional(),
  }),
]);

/** A queue message as the host hands it over (an object, or its text). Throws ERR_BUG for what we never sent. */
export const readMessage = (entry: unknown): Message => {
  let value = entry;
  if (typeof entry === 'string') {
    try {
      value = JSON.parse(entry);
    } catch {
      value = null;
    }
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data as Message;
  throw new AutomationError('ERR_BUG', 'A queue message has a form this version does not know.', {
    remedy: 'It goes to the poison queue; look there.',
    cause: parsed.error,
  });
};
