import { afterAll, expect } from 'vitest';
import { takeLeaks, watched } from './secrets.ts';

/** Runs before every test file: whatever its process prints is looked through for secrets, and held against it. */
for (const stream of [process.stdout, process.stderr] as const) {
  const write = stream.write.bind(stream);
  stream.write = ((chunk: string | Uint8Array, ...rest: []) => {
    watched('a printed line', typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'));
    return write(chunk, ...rest);
  }) as typeof stream.write;
}

for (const name of ['log', 'info', 'warn', 'error', 'debug'] as const) {
  const print = console[name].bind(console);
  console[name] = (...parts: unknown[]) => {
    watched('a printed line', parts.map(String).join(' '));
    print(...parts);
  };
}

afterAll(() => {
  expect(takeLeaks(), 'a secret was shown; test/support/secrets.ts knows which texts are').toEqual([]);
});
