import { type LedgerLine, notIn } from './record/ledgerLines.ts';
import type { Archive } from './record/ports.ts';

/**
 * Ends a ledger: the lines it should have and does not, then the last one. A line is written after the state that it
 * tells of; a worker that died in between left it out, one that died after the last line left the state behind.
 */
export const closeLedger = async (archive: Archive, blob: string, lines: readonly LedgerLine[]): Promise<void> => {
  for (const line of notIn(await archive.read(blob), lines)) await archive.append(blob, JSON.stringify(line));
};
