import { ledgerBlob } from '../../shared/record/progress.ts';
import { wire } from '../../shared/wire.ts';

export type LedgerLine = {
  readonly at: string;
  readonly event: string;
  readonly checks?: readonly { readonly text: string; readonly ok?: boolean }[];
};

/** The ledger of a run or a move, where an auditor would read it. */
export const ledgerOf = async (site: string, run: string): Promise<LedgerLine[]> => {
  const text = (await (await wire()).archive.read(ledgerBlob(site, run))) ?? '';
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LedgerLine);
};

/** What the proof said. */
export const checksOf = async (site: string, run: string): Promise<string[]> =>
  (await ledgerOf(site, run)).find(({ event }) => event === 'proof')?.checks?.map(({ text }) => text) ?? [];
