import { createHash } from 'node:crypto';
import { isObject } from '../base/canonical.ts';
import { AutomationError } from '../base/errors.ts';
import type { Site } from '../base/site.ts';

/** What a person puts on the device. */
export type DeviceBundle = {
  /** The JSON file's text. */
  readonly file: string;
  /** `sha256:<hex>` of the file's bytes. */
  readonly checksum: string;
  readonly added: number;
  /** Five lines for a tired person. */
  readonly instruction: readonly string[];
};

const ipv4Only = (prefixes: unknown): string[] =>
  Array.isArray(prefixes)
    ? prefixes.filter((prefix): prefix is string => typeof prefix === 'string' && !prefix.includes(':'))
    : [];

/**
 * The device's file of inclusive routes. Its form is unpublished; the only JSON the device takes is the Service Tags
 * download filtered by the chosen region, so this is that file, IPv4 only, with what failed over appended to the
 * home region's `AzureCloud` tag and the change number raised. Without additions the same tags give the same bytes:
 * the way back is the very file that was there before.
 */
export const deviceFile = (
  site: Site,
  tagsText: string,
  added: readonly string[],
  alwaysRoute: readonly string[],
): string => {
  const raw: unknown = JSON.parse(tagsText);
  const homeTag = `azurecloud.${site.home.code}`;
  if (!isObject(raw) || !Array.isArray(raw['values'])) {
    throw new AutomationError('ERR_TAG_FILE', 'The service tags in use have no list of values.', {
      remedy: 'Put a service tags file.',
    });
  }
  const extra = [...alwaysRoute, ...added];
  const values = raw['values'].filter(isObject).map((value) => {
    const properties = isObject(value['properties']) ? value['properties'] : {};
    const prefixes = ipv4Only(properties['addressPrefixes']);
    const isHome = String(value['name']).toLowerCase() === homeTag;
    const known = new Set(prefixes);
    return {
      ...value,
      properties: {
        ...properties,
        addressPrefixes: isHome ? [...prefixes, ...extra.filter((prefix) => !known.has(prefix))] : prefixes,
      },
    };
  });
  const changeNumber = Number(raw['changeNumber']) + (added.length > 0 ? 1 : 0);
  return `${JSON.stringify({ ...raw, changeNumber, values }, null, 2)}\n`;
};

/** The bundle: file, checksum, instruction. */
export const deviceBundle = (site: Site, file: string, added: number): DeviceBundle => {
  const checksum = `sha256:${createHash('sha256').update(file).digest('hex')}`;
  return {
    file,
    checksum,
    added,
    instruction: [
      `1. Copy the file to a computer that reaches the device's local web UI; its SHA-256 must begin ${checksum.slice(7, 19)}.`,
      '2. In the local web UI open Security > VPN > Configure.',
      '3. Under "Upload public IP list config file" choose the file.',
      `4. Leave the region at ${site.home.name} and select Apply.`,
      `5. Confirm on the status page, or: npm run cli -- confirm-device --site ${site.id} --checksum ${checksum.slice(7, 19)}`,
    ],
  };
};
