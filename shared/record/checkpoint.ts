import { z } from 'zod';
import { type CloudName, cloudNames } from '../base/clouds.ts';
import { RangeSet } from '../ranges/rangeSet.ts';
import { tagFaultCodes } from '../ranges/tagFault.ts';
import type { TagState } from '../ranges/tagState.ts';
import { Tag, type TagTable } from '../ranges/tagTable.ts';
import type { Witnessed } from '../ranges/witness.ts';

/** A blob of tags that was looked at: of which change it is, and why it was refused where it was. */
export type SeenBlob = {
  readonly version: string;
  /** Null where it was refused, or is of another cloud. */
  readonly changeNumber: number | null;
  readonly why: string | null;
};

/** All that is remembered between two files; the table of `base` itself is read from its blob. */
export type Remembered = {
  readonly witnessed: Witnessed;
  readonly baseBlob: string;
  /** By name. */
  readonly seen: ReadonlyMap<string, SeenBlob>;
};

const number = z.number().int().nonnegative();
const form = z.object({
  name: z.string(),
  region: z.string(),
  systemService: z.string(),
  changeNumber: number,
  networkFeatures: z.array(z.string()),
  addressPrefixes: z.array(z.string()),
});
const schema = z.object({
  version: z.literal(1),
  cloud: z.enum(cloudNames),
  baseBlob: z.string(),
  baseIsWhole: z.boolean(),
  file: number.nullable(),
  api: number.nullable(),
  accepted: number.nullable(),
  seen: z.array(
    z.object({ name: z.string(), version: z.string(), changeNumber: number.nullable(), why: z.string().nullable() }),
  ),
  states: z.array(
    z.object({
      name: z.string(),
      changeNumber: number,
      said: form.nullable(),
      lost: z.array(z.string()),
      frozen: z
        .object({ tag: form, since: number, lastGood: number, code: z.enum(tagFaultCodes), why: z.string() })
        .nullable(),
    }),
  ),
});

type Checkpoint = z.output<typeof schema>;

type Form = z.output<typeof form>;

const written = (tag: Tag): Form => ({
  ...tag.form,
  networkFeatures: [...tag.networkFeatures],
  addressPrefixes: [...tag.addressPrefixes],
});

const stateOf = (name: string, state: TagState, base: TagTable): Checkpoint['states'] => {
  const { said, changeNumber, lost, frozen } = state;
  const same = said === base.get(name);
  if (same && changeNumber === base.changeNumber && lost.isEmpty && frozen === null) return [];
  const kept = frozen && { ...frozen, tag: written(frozen.tag) };
  return [{ name, changeNumber, said: same ? null : written(said), lost: lost.cidrs(), frozen: kept }];
};

/** What differs from the base file, and what was looked at: small beside the files. */
export const checkpointText = ({ witnessed, baseBlob, seen }: Remembered): string => {
  const { cloud, base, baseIsWhole, file, api, accepted, tags } = witnessed;
  const value: Checkpoint = {
    version: 1,
    cloud,
    baseBlob,
    baseIsWhole,
    file,
    api,
    accepted,
    seen: [...seen].map(([name, blob]) => ({ name, ...blob })),
    states: [...tags].flatMap(([name, state]) => stateOf(name, state, base)),
  };
  return `${JSON.stringify(value)}\n`;
};

const restored = ({ changeNumber, said, lost, frozen }: Checkpoint['states'][number], plain: Tag | undefined) => {
  const tag = said ? new Tag(said, said.name) : plain;
  if (!tag) throw new Error('a tag of no file');
  const kept = frozen && { ...frozen, tag: new Tag(frozen.tag, frozen.tag.name) };
  void [tag.ipv4, kept?.tag.ipv4]; // a bad prefix shows here, not in the middle of a plan
  return { said: tag, changeNumber, lost: RangeSet.fromPrefixes(lost), frozen: kept };
};

/** A checkpoint as read: `baseBlob` and `baseVersion` say which blob's table `restore` needs. */
export type ReadCheckpoint = {
  readonly baseBlob: string;
  readonly baseVersion: string | undefined;
  restore(base: TagTable): Remembered;
};

/** Undefined for a text that is no checkpoint of this cloud: then the files are read anew. `restore` throws alike. */
export const readCheckpoint = (text: string | undefined, cloud: CloudName): ReadCheckpoint | undefined => {
  if (text === undefined) return undefined;
  let value: Checkpoint;
  try {
    value = schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
  if (value.cloud !== cloud) return undefined;
  const { baseBlob, baseIsWhole, file, api, accepted, states } = value;
  const seen = new Map(value.seen.map(({ name, ...blob }) => [name, blob]));
  const restore = (base: TagTable): Remembered => {
    const plain = base.tags.map((tag): [string, TagState] => [
      tag.name.toLowerCase(),
      { said: tag, changeNumber: base.changeNumber, lost: RangeSet.empty, frozen: null },
    ]);
    const tags = new Map(plain);
    for (const state of states) tags.set(state.name, restored(state, base.get(state.name)));
    return { witnessed: { cloud, base, baseIsWhole, file, api, accepted, tags }, baseBlob, seen };
  };
  return { baseBlob, baseVersion: seen.get(baseBlob)?.version, restore };
};
