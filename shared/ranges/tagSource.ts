/** Where service tags in force come from. `at` is when they were put, fetched or published (ISO), null where unknown. */
export type TagSource = {
  readonly kind: 'file' | 'download' | 'api';
  /** The file's or blob's name. */
  readonly name: string;
  readonly changeNumber: number;
  readonly at: string | null;
  /** False where another source is preferred. */
  readonly used: boolean;
  /** Why it is, or is not, used; a part of a sentence. */
  readonly why: string;
};

/** The same at one moment: whole days since `at`. */
export type AgedTagSource = TagSource & { readonly ageDays: number | null };

const dayMs = 24 * 60 * 60 * 1_000;

/** A blob's time comes from another clock: what seems to be of tomorrow is of now. */
export const aged = (source: TagSource, now: number): AgedTagSource => ({
  ...source,
  ageDays: source.at === null ? null : Math.max(0, Math.floor((now - Date.parse(source.at)) / dayMs)),
});

const kinds = { file: 'file', download: 'downloaded file', api: 'Service Tags API' } as const;

/** `3 days old`; half a sentence for any source. */
export const ageText = (ageDays: number | null): string =>
  ageDays === null ? 'of unknown age' : ageDays === 1 ? '1 day old' : `${ageDays} days old`;

/** One source for people: what, which change, how old, used or not and why. */
export const sourceText = ({ kind, name, changeNumber, ageDays, used, why }: AgedTagSource): string =>
  `${kinds[kind]} ${name}, change ${changeNumber}, ${ageText(ageDays)}: ${used ? 'used' : 'not used'}, ${why}`;

/** The day in a name such as ServiceTags_Public_20251028.json, as a time; null where it has none. */
export const dateInName = (name: string): string | null => {
  const [, year, month, day] = /_(20\d\d)(\d\d)(\d\d)\.json$/i.exec(name) ?? [];
  const time = Date.parse(`${year}-${month}-${day}T00:00:00Z`);
  return Number.isNaN(time) ? null : new Date(time).toISOString();
};
