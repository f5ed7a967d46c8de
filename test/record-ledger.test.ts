import { describe, expect, it } from 'vitest';
import { closeLedger } from '../shared/closeLedger.ts';
import { endLines, notIn } from '../shared/record/ledgerLines.ts';

const at = '2026-07-20T03:00:00.000Z';
const step = (id: string, status: 'done' | 'pending' | 'unchanged') => ({ id, status, endedAt: at, why: null });

/** A ledger in memory. */
const ledgerWith = (...events: string[]) => {
  const lines = events.map((event) => JSON.stringify({ at, event }));
  return {
    events: () => lines.map((line) => (JSON.parse(line) as { event: string }).event),
    archive: {
      read: async () => (lines.length === 0 ? undefined : `${lines.join('\n')}\n`),
      append: async (_name: string, line: string) => void lines.push(line),
      keep: async () => {},
      list: async () => [],
    },
  };
};

describe('the end of a ledger', () => {
  it('adds what a worker that died left out, in order, and the last line', async () => {
    const { archive, events } = ledgerWith('run started', 'step firewall running');
    const steps = [step('firewall', 'done'), step('routeTable', 'unchanged'), step('verify', 'pending')];
    await closeLedger(archive, 'ledger', [...endLines(steps, at), { at, event: 'run failed' }]);
    expect(events().slice(2)).toEqual(['step firewall done', 'step routeTable unchanged', 'run failed']);
  });

  it('is written once, however often it is tried', async () => {
    const { archive, events } = ledgerWith();
    const lines = [...endLines([step('firewall', 'done')], at), { at, event: 'run protected' }];
    await closeLedger(archive, 'ledger', lines);
    await closeLedger(archive, 'ledger', lines);
    expect(events()).toEqual(['step firewall done', 'run protected']);
  });

  it('takes a line that was cut short for none', () => {
    expect(notIn('{"event":"run prot\n', [{ at, event: 'run protected' }])).toHaveLength(1);
  });
});
