import { randomUUID } from 'node:crypto';
import { jsonLog, type Log } from './base/log.ts';
import { readSettings, type Settings } from './base/settings.ts';
import { tokenCheck } from './bearer.ts';
import type { Ports } from './ports.ts';

/** The product's ports by these settings. The SDKs are loaded here, not before: a door that only answers stays quick. */
export const buildPorts = async (settings: Settings, log: Log): Promise<Ports> => {
  const { buildAzure } = await import('./azure/index.ts');
  const adapters = buildAzure(settings, log);
  const own = {
    log,
    newId: () => randomUUID(),
    random: () => Math.random(),
    namePrefix: settings.namePrefix,
    appRegion: settings.appRegion,
    tagSettings: settings.tags,
    sweepOverdueMs: settings.sweepOverdueMs,
    doors: { ...settings.doors, checkToken: settings.doors.entra === null ? null : tokenCheck(settings.doors.entra) },
  };
  // The adapters make their members when first asked for; a spread would make them all.
  return Object.defineProperties(own, Object.getOwnPropertyDescriptors(adapters)) as typeof own & typeof adapters;
};

let wired: Promise<Ports> | undefined;

/** The process's one set of ports, built from its settings at the first call. Throws ERR_SETTING. */
export const wire = (): Promise<Ports> => {
  wired ??= Promise.resolve().then(() => {
    const settings = readSettings(process.env);
    return buildPorts(settings, jsonLog(settings.logLevel));
  });
  wired.catch(() => {
    wired = undefined; // a setting may be mended without a restart
  });
  return wired;
};

/** Has the doors of this process speak to these ports, whatever the settings say; for whoever plays the world itself. */
export const wireTo = (ports: Ports): void => {
  wired = Promise.resolve(ports);
};

/** Forgets what was built; for a process that hosts the product more than once (tests, the local stage). */
export const unwire = (): void => {
  wired = undefined;
};
