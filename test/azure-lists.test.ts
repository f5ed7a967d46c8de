import { expect, it } from 'vitest';
import type { Arm } from '../shared/azure/arm.ts';
import { armLists } from '../shared/azure/locations.ts';

/** So many pages of one item each; every page is said to be a mebibyte long. */
const pagesOf = (pages: number): Arm =>
  ({
    urlOf: () => '0',
    getObject: async (_id: string, url: string) => ({
      body: {
        value: [{ id: url, much: 'x' }],
        ...(Number(url) + 1 < pages ? { nextLink: String(Number(url) + 1) } : {}),
      },
      bytes: 2 ** 20,
    }),
  }) as unknown as Arm;

it('a list is cut where nobody should hold more of it', async () => {
  expect(await armLists(pagesOf(60)).list('id')).toHaveLength(32);
});

it('a list of which little is kept is read to its end', async () => {
  const kept = await armLists(pagesOf(60)).list('id', ({ id }) => ({ id: id ?? null }));
  expect(kept).toHaveLength(60);
  expect(kept.at(-1)).toEqual({ id: '59' });
});

it('an answer without the items of a list is no empty list: a group that nobody can see into would seem to hold nothing', async () => {
  const without = { urlOf: () => '0', getObject: async () => ({ body: {}, bytes: 2 }) } as unknown as Arm;
  await expect(armLists(without).list('/subscriptions/s/resourceGroups/g/resources')).rejects.toMatchObject({
    code: 'ERR_AZURE_UNAVAILABLE',
    retry: 'later',
    message: expect.stringContaining('/resourceGroups/g/resources is not whole: value is missing'),
  });
});
