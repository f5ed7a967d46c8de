import { describe, expect, it } from 'vitest';
import { parseTagFile } from '../shared/ranges/tagFile.ts';
import { addAcceptance } from '../shared/record/acceptance.ts';
import type { ConfigStore } from '../shared/record/ports.ts';
import { tagReader } from '../shared/record/tagReader.ts';
import { prefixesIn, tagsWith, withoutTag } from './support/tagsWith.ts';

const cloud = 'AzureGovernment';
const home = 'AzureCloud.usgovvirginia';
const more = '20.55.0.0/16';
const checkpoint = `tag-witness/${cloud}.json`;

type Memory = ConfigStore & {
  readonly blobs: Map<string, { text: string; version: string }>;
  readonly reads: string[];
};

/** A configuration in memory; every process has its own view of the same blobs. */
const newStore = (blobs: Memory['blobs'] = new Map()): Memory => {
  const reads: string[] = [];
  const write: ConfigStore['write'] = async (name, text) =>
    void blobs.set(name, { text, version: `${blobs.get(name)?.version ?? ''}i` });
  return {
    blobs,
    reads,
    read: async (name) => {
      reads.push(name);
      return blobs.get(name)?.text;
    },
    write,
    change: async (name, change) => {
      const text = change(blobs.get(name)?.text);
      if (text !== null) await write(name, text);
      return blobs.get(name)?.text;
    },
    list: async (prefix) =>
      [...blobs]
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, { version }]) => ({ name, version, at: '2026-07-17T00:00:00.000Z' })),
  };
};
const anotherProcess = ({ blobs }: Memory): Memory => newStore(blobs);

const file = (changeNumber: number, change: (prefixes: string[]) => void = () => {}): string =>
  tagsWith((one) => change(prefixesIn(one, home)), changeNumber);
const put = (store: Memory, changeNumber: number, text = file(changeNumber), name = String(changeNumber)) =>
  store.write(`service-tags/${name}.json`, text);
const read = (store: Memory) => tagReader(store)(cloud);
const holdIn = async (store: Memory) => (await read(store)).tags.get(home)?.hold?.kind ?? null;
const homeIn = async (store: Memory) => (await read(store)).tags.get(home)?.ipv4.cidrs();
const filesRead = ({ reads }: Memory) => reads.filter((name) => name.startsWith('service-tags')).length;

const lacking = (prefixes: string[]): void => void prefixes.splice(0, 1);
const halved = (prefixes: string[]): void => void prefixes.splice(2);

/** Six files: one that adds, one that takes away for good, one that halves. */
const sixFiles = async (): Promise<Memory> => {
  const store = newStore();
  await put(store, 900);
  await put(
    store,
    901,
    file(901, (prefixes) => prefixes.push(more)),
  );
  await put(store, 902, file(902, lacking));
  await put(store, 903, file(903, lacking));
  await put(store, 904, file(904, halved));
  await put(store, 905, file(905, halved));
  return store;
};

describe('service tags in force', () => {
  it('are all files that are there, each compared with those before it', async () => {
    const store = await sixFiles();
    const found = await read(store);
    expect(found.tags.get(home)?.hold).toMatchObject({ kind: 'frozen', since: 904, lastGood: 903 });
    const good = parseTagFile(file(903, lacking), 'the test').get(home)?.ipv4;
    expect(found.tags.get(home)?.ipv4.cidrs()).toEqual(good?.cidrs());
    expect(found).toMatchObject({ blob: 'service-tags/905.json', before: 904, refused: [] });
  });

  it('come from the checkpoint and one file at the next start, the same', async () => {
    const store = await sixFiles();
    const first = await read(store);
    const next = anotherProcess(store);
    const found = await read(next);
    expect(filesRead(next)).toBe(1);
    expect(found.tags.hash).toBe(first.tags.hash);
    expect([found.sources, found.before]).toEqual([first.sources, first.before]);
    expect(found.tags.get(home)?.hold).toEqual(first.tags.get(home)?.hold);
  });

  it('are read once and not again while nothing changes', async () => {
    const store = await sixFiles();
    const reader = tagReader(store);
    const first = await reader(cloud);
    store.reads.length = 0;
    expect(await reader(cloud)).toBe(first);
    expect(store.reads).toEqual([]);
    await put(store, 906);
    expect((await reader(cloud)).tags.get(home)?.hold).toBeNull();
    expect(filesRead(store)).toBe(1);
  });

  it.each<[string, (store: Memory) => Promise<unknown>]>([
    ['lost', async ({ blobs }) => blobs.delete(checkpoint)],
    ['no JSON', (store) => store.write(checkpoint, '{"version":1')],
    ['of another form', (store) => store.write(checkpoint, '{"version":2,"states":[]}')],
    [
      'with a prefix that is none',
      async (store) =>
        store.write(checkpoint, (await store.read(checkpoint))?.replace(/"\d+\.\d+\.\d+\.\d+\/\d+"/, '"x"') ?? ''),
    ],
  ])('do not depend on the checkpoint: one that is %s is made anew', async (_, spoil) => {
    const store = await sixFiles();
    const first = await read(store);
    const text = store.blobs.get(checkpoint)?.text;
    await spoil(store);
    const next = anotherProcess(store);
    expect((await read(next)).tags.hash).toBe(first.tags.hash);
    expect(store.blobs.get(checkpoint)?.text).toBe(text);
  });

  it('are the same for two workers that meet a new file at once', async () => {
    const store = await sixFiles();
    await read(store);
    const [one, other] = [anotherProcess(store), anotherProcess(store)];
    await put(store, 906, file(906, lacking));
    const [a, b] = await Promise.all([read(one), read(other)]);
    expect(a.tags.hash).toBe(b.tags.hash);
    expect((await read(anotherProcess(store))).tags.hash).toBe(a.tags.hash);
  });

  it('are not changed by an older file that comes late', async () => {
    const store = newStore();
    await put(store, 901);
    await read(store);
    await put(
      store,
      900,
      file(900, (prefixes) => prefixes.push(more)),
    );
    expect((await read(store)).tags.get(home)?.hold).toBeNull();
    expect((await read(anotherProcess(store))).tags.get(home)?.ipv4.cidrs()).not.toContain(more);
  });

  it('go back to the files that are left where the newest is withdrawn', async () => {
    const store = newStore();
    await put(store, 900);
    await put(store, 901, file(901, halved));
    expect(await holdIn(store)).toBe('frozen');
    store.blobs.delete('service-tags/901.json');
    expect(await holdIn(store)).toBeNull();
    expect((await read(store)).tags.changeNumber).toBe(900);
    store.blobs.delete('service-tags/900.json');
    await expect(read(store)).rejects.toMatchObject({ code: 'ERR_TAGS_MISSING' });
  });

  it('pass over what is broken or of another cloud, and say so without reading it again', async () => {
    const store = newStore();
    await put(store, 900);
    await store.write('service-tags/broken.json', '{');
    await put(
      store,
      950,
      tagsWith((one) => void Object.assign(one, { cloud: 'Public' }), 950),
    );
    expect((await read(store)).refused).toEqual([expect.stringContaining('broken.json is cut off')]);
    const next = anotherProcess(store);
    expect((await read(next)).refused).toHaveLength(1);
    expect(next.reads).not.toContain('service-tags/broken.json');
    expect((await read(next)).tags.changeNumber).toBe(900);
  });

  it('leave no checkpoint where one only looks', async () => {
    const store = newStore();
    await put(store, 900);
    await tagReader(store, { keeps: false })(cloud);
    expect([...store.blobs.keys()]).toEqual(['service-tags/900.json']);
  });
});

describe('a person’s acceptance', () => {
  const word = (changeNumber: number) => ({ changeNumber, by: 'Ada', at: '2026-07-20T03:00:00.000Z' });

  it('takes what waits or is frozen out, also long after the file came, and after every restart', async () => {
    const store = newStore();
    await put(store, 900);
    await put(store, 901, file(901, halved));
    expect(await holdIn(store)).toBe('frozen');
    await addAcceptance(store, word(901));
    expect(await holdIn(store)).toBeNull();
    const accepted = await homeIn(store);
    expect(accepted).toHaveLength(2);
    expect(await homeIn(anotherProcess(store))).toEqual(accepted);
    store.blobs.delete(checkpoint);
    expect(await homeIn(anotherProcess(store))).toEqual(accepted);
  });

  it('of an older change stays said when a newer one is accepted', async () => {
    const store = newStore();
    await put(store, 900);
    await put(store, 901, file(901, halved));
    await addAcceptance(store, word(901));
    await put(
      store,
      902,
      tagsWith((one) => withoutTag(one, 'Storage.USGovTexas'), 902),
    );
    await addAcceptance(store, word(902));
    const now = (await read(store)).tags;
    expect([now.get('Storage.USGovTexas'), now.get(home)?.hold]).toEqual([undefined, null]);
    expect(JSON.parse(store.blobs.get('accepted-tags.json')?.text ?? '')).toEqual({
      ...word(902),
      earlier: [word(901)],
    });
  });

  it('of another change says nothing about this one', async () => {
    const store = newStore();
    await put(store, 900);
    await put(store, 901, file(901, halved));
    await addAcceptance(store, word(900));
    await addAcceptance(store, word(902));
    expect(await holdIn(store)).toBe('frozen');
  });
});

describe('the file in force', () => {
  it('is the newest one’s very text where nothing is held', async () => {
    const store = newStore();
    await put(store, 900);
    expect((await read(store)).text()).toBe(file(900));
  });

  it('has what is held in it, and reads back as the table in force', async () => {
    const store = newStore();
    await put(store, 900);
    const newest = tagsWith((one) => {
      lacking(prefixesIn(one, home));
      withoutTag(one, 'Storage.USGovTexas');
    }, 901);
    await put(store, 901, newest);
    const { tags, text } = await read(store);
    const back = parseTagFile(text(), 'in force');
    expect(back.changeNumber).toBe(901);
    expect(back.tags.map(({ name }) => name).sort()).toEqual(tags.tags.map(({ name }) => name).sort());
    expect(back.tags.every(({ name, ipv4 }) => tags.get(name)?.ipv4.equals(ipv4))).toBe(true);
  });
});
