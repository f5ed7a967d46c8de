import { spawn } from 'node:child_process';
import { readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { printJson } from '../cli/printJson.ts';
import { type PlanJson, setPrefixes, siteEntry, tagsWith, usual } from './cliPlanData.ts';
import { type Folder, newFolder, projectFolder } from './cliRun.ts';

let folder: Folder;
beforeEach(() => {
  folder = newFolder();
});
afterEach(() => folder.remove());

const most = 512;

type Measured = {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  readonly megabytes: number;
};

/** Runs the command line in a process of its own, which says at its end how much memory it ever held. */
const measured = (words: readonly string[]): Promise<Measured> =>
  new Promise((resolve, reject) => {
    const tell = 'process.on("exit", () => process.stderr.write("\\nPEAK " + process.resourceUsage().maxRSS))';
    const argv = ['--import', `data:text/javascript,${encodeURIComponent(tell)}`, join(projectFolder, 'cli/main.ts')];
    const child = spawn(process.execPath, [...argv, ...words], { cwd: folder.path });
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (piece: Buffer) => out.push(piece));
    child.stderr.on('data', (piece: Buffer) => err.push(piece));
    child.on('error', reject);
    child.on('close', (code) => {
      const [said = '', peak = ''] = Buffer.concat(err).toString().split('\nPEAK ');
      resolve({ code, out: Buffer.concat(out).toString(), err: said, megabytes: Number(peak) / 1024 });
    });
  });

/** 100,000 addresses of which no two make a shorter prefix. */
const scattered = Array.from({ length: 100_000 }, (_, i) => {
  const at = 0x21000000 + i * 8;
  return `${at >>> 24}.${(at >>> 16) & 255}.${(at >>> 8) & 255}.${at & 255}/32`;
});

describe('a tag with 100,000 prefixes', () => {
  const words = (strategies: readonly string[]) => {
    const site = siteEntry({ routeBudget: { limit: 400, strategies, maxExtraPercent: 100 } });
    const given = usual(folder, site);
    folder.write('tags.json', tagsWith(setPrefixes('AzureCloud.usgovvirginia', () => scattered)));
    return given;
  };

  it('fits by no strategy, which is said in less than 512 MB', async () => {
    const { code, out, err, megabytes } = await measured([
      'plan',
      ...words(['longestPrefix', 'serviceTags', 'summarize', 'exact']),
      '--json',
    ]);
    expect({ code, err }).toEqual({ code: 2, err: '' });
    const { blockers, budget } = JSON.parse(out) as PlanJson;
    expect(blockers[0]?.code).toBe('ROUTE_BUDGET');
    expect(budget.needed).toBeGreaterThan(100_000);
    expect(blockers[0]?.message).toContain('So many are not listed');
    expect(megabytes).toBeLessThan(most);
  });

  it('is reported with every strategy in less than 512 MB', async () => {
    words(['exact']);
    const { code, err, megabytes } = await measured([
      'ranges',
      'report',
      '--service-tags',
      'tags.json',
      '--sites',
      'sites.json',
    ]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(megabytes).toBeLessThan(most);
  });
});

describe('a page of a tag with 100,000 prefixes', () => {
  it('draws them coarser, says so, and takes less than 512 MB', async () => {
    folder.write('tags.json', tagsWith(setPrefixes('AzureCloud.usgovvirginia', () => scattered)));
    const words = ['ranges', 'report', '--service-tags', 'tags.json', '--html', 'page.html'];
    const { code, err, megabytes } = await measured(words);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const page = readFileSync(join(folder.path, 'page.html'), 'utf8');
    expect(page).toMatch(/what is smaller than a \/\d+ is drawn as the \/\d+ around it/);
    expect(page.length).toBeLessThan(8 * 1024 * 1024);
    expect(megabytes).toBeLessThan(most);
  });
});

describe('a file of 100 MB', () => {
  it('is refused by its size, unread', async () => {
    const words = [...usual(folder), '--event', folder.write('event.json', '{}')];
    folder.write('huge.json', '{');
    truncateSync(join(folder.path, 'huge.json'), 100 * 1024 * 1024);
    const at = words.indexOf('--service-tags');
    const { code, out, err, megabytes } = await measured(['plan', ...words.with(at + 1, 'huge.json')]);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^ERR_USAGE: huge\.json cannot be read: it has 104857600 bytes, more than 67108864/);
    expect(megabytes).toBeLessThan(most / 2);
  });

  it('that is cut off in the middle of a million brackets is refused, too', async () => {
    const words = usual(folder);
    folder.write('tags.json', '['.repeat(1_000_000));
    const { code, err, megabytes } = await measured(['plan', ...words]);
    expect(code).toBe(1);
    expect(err).toMatch(/^ERR_TAG_FILE: tags\.json is not JSON/);
    expect(megabytes).toBeLessThan(most);
  });
});

describe('a plan printed piece by piece', () => {
  const printed = (value: Record<string, unknown>): string => {
    let text = '';
    printJson(value, {
      out: (piece) => {
        text += piece;
      },
    });
    return text;
  };
  it.each<[Record<string, unknown>]>([
    [{}],
    [{ a: undefined }],
    [{ a: undefined, b: null }],
    [{ a: [], b: {}, c: undefined, d: [{ e: 'f\n' }, [1, []], undefined] }],
    [{ a: { b: { c: { d: { e: [1, 2] } }, f: undefined }, 'g"': '' } }],
    [{ long: Array.from({ length: 30_000 }, (_, i) => ({ i, text: `${i}` })) }],
  ])('is the text of it as a whole: %#', (value) => expect(printed(value)).toBe(`${JSON.stringify(value, null, 2)}\n`));
});
