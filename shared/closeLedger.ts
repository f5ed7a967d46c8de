import { type LedgerLine, notIn } from './record/ledgerLines.ts';
import type { Archive } from './record/ports.ts';
import type { Session } from './session.ts';

/**
 * Ends a ledger: the lines it should have and does not, then the last one. A line is written after the state that it
 * tells of; a worker that died in between left it out, one that died after the last line left the state behind.
 */
export const closeLedger = async (archive: Archive, blob: string, lines: readonly LedgerLine[]): Promise<void> => {
  for (const line of notIn(await archive.read(blob), lines)) await archive.append(blob, JSON.stringify(line));
};

/**
 * Closes the ledger of a run that has left the state, where that is still to be done. Only then: a worker that was
 * fenced out must not write the end into the ledger of a run that another carries on. Who dies in between leaves it to
 * the next that comes to the site.
 */
export const closeEnded = async (session: Session, archive: Archive): Promise<void> => {
  const { closing } = session.state();
  if (closing === undefined) return;
  await closeLedger(archive, closing.ledger, closing.lines);
  await session.commit(({ closing: now, ...state }) =>
    now === undefined || now.ledger === closing.ledger ? state : { ...state, closing: now },
  );
};
