import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const text = read('docs/SECURITY.md');

/** "title" after `test/x.test.ts`:, and further titles until the next file or cell. */
const named = [...text.matchAll(/`(test\/[\w.-]+\.test\.ts)`: ((?:(?:,| and)?\s*"[^"]+")+)/g)].flatMap(
  ([, file = '', titles = '']) => [...titles.matchAll(/"([^"]+)"/g)].map(([, title = '']) => ({ file, title })),
);

describe('the security notes', () => {
  it('name only tests that exist', () => {
    expect(named.length).toBeGreaterThan(25);
    const missing = named.filter(
      ({ file, title }) => !existsSync(new URL(`../${file}`, import.meta.url)) || !read(file).includes(title),
    );
    expect(missing).toEqual([]);
    // A word would be found in any file.
    expect(named.filter(({ title }) => title.length < 15)).toEqual([]);
  });

  it('show a test in every row of what somebody tries', () => {
    const rows = text
      .split('\n')
      .filter((line) => line.startsWith('| ') && !/^\| (what|setting|door|---|none|`)/.test(line));
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.filter((row) => !row.includes('`: "'))).toEqual([]);
  });

  it('name every setting of the doors that changes who comes in', () => {
    const settings =
      read('shared/base/doorSettings.ts')
        .match(/^ {2}ASEFO_\w+(?=:)/gm)
        ?.map((name) => name.trim()) ?? [];
    expect(settings.length).toBe(9);
    expect(settings.filter((name) => !text.includes(name) && !name.endsWith('_ROLE'))).toEqual([]);
  });
});
