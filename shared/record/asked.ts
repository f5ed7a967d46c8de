import { z } from 'zod';

const answer = z.object({
  /** When it was asked last (ISO), and before when it is not asked again. */
  askedAt: z.string(),
  notBefore: z.string(),
  /** Of what it said; null where it said nothing of use. */
  changeNumber: z.number().nullable(),
  /** What became of it, in a sentence. */
  said: z.string(),
  /** It was not taken, and a person is to see why; absent in older records. */
  trouble: z.boolean().optional(),
});
const schema = z.object({ api: answer.optional(), download: answer.optional() });

export type AskedSource = z.output<typeof answer>;
/** When each source beyond the operator's files was asked last, and what it said. */
export type Asked = { readonly api?: AskedSource | undefined; readonly download?: AskedSource | undefined };

/** As kept; nothing for a text that is none: then it is asked again. */
export const askedIn = (text: string | undefined): Asked => {
  try {
    return schema.parse(JSON.parse(text ?? '{}'));
  } catch {
    return {};
  }
};

const moment = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`;

const names = { api: 'the Service Tags API', download: 'the download address' } as const;

/** One sentence for each source that was ever asked. */
export const askedText = (asked: Asked): string[] =>
  (['api', 'download'] as const).flatMap((kind) => {
    const one = asked[kind];
    return one ? [`${names[kind]}, ${moment(one.askedAt)}: ${one.said}; again from ${moment(one.notBefore)}`] : [];
  });
