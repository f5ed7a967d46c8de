import type { ConfigStore } from './ports.ts';

type Listed = Awaited<ReturnType<ConfigStore['list']>>[number];

type Texts = {
  readonly names: readonly Listed[];
  read(name: string): Promise<string | undefined>;
};

/**
 * Texts of the configuration by name. One listing tells which have changed; what has not is not read again. Every
 * message asks, and seldom has anything changed.
 */
const textsOf = (config: ConfigStore) => {
  const cache = new Map<string, { readonly version: string; readonly text: string | undefined }>();
  return async (): Promise<Texts> => {
    const names = await config.list('');
    const versions = new Map(names.map(({ name, version }) => [name, version]));
    const read = async (name: string): Promise<string | undefined> => {
      const version = versions.get(name);
      if (version === undefined) return undefined;
      const known = cache.get(name);
      if (known?.version === version) return known.text;
      const text = await config.read(name);
      cache.set(name, { version, text });
      return text;
    };
    return { names, read };
  };
};

const readers = new WeakMap<ConfigStore, ReturnType<typeof textsOf>>();

/** The configuration as it stands now; texts read once are kept for the process. */
export const textsIn = (config: ConfigStore): Promise<Texts> => {
  const reader = readers.get(config) ?? textsOf(config);
  readers.set(config, reader);
  return reader();
};
