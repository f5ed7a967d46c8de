/** The words that people are asked for, and the commands that say them. */
const commandNames = {
  adopt: 'adopt',
  apply: 'approve',
  decline: 'move decline',
  confirmDevice: 'confirm-device',
  resume: 'resume',
  declare: 'declare',
  move: 'move start',
  retryMove: 'move retry',
  cancelMove: 'move cancel',
  retire: 'move retire',
} as const;

/** What a person says to do what is asked: the body of a call to manualRun. */
export type Ask = {
  readonly action: keyof typeof commandNames;
  readonly site: string;
  readonly digest?: string;
  /** Which asking of that plan is meant: the same plan may be asked for again. */
  readonly question?: string;
  readonly checksum?: string;
  /** The run or move that asks for that file: the same file may be asked for again. */
  readonly asker?: string;
  readonly kind?: 'home';
  readonly services?: readonly string[];
};

/** The command that says it, ready to be copied; a reason that a person has to give stands as `"..."`. */
export const commandText = ({ action, site, digest, question, checksum, kind, services }: Ask): string =>
  [
    `npm run cli -- ${commandNames[action]} --site ${site}`,
    digest && `--digest ${digest}`,
    question && `--question ${question}`,
    checksum && `--checksum ${checksum}`,
    kind && `--kind ${kind}`,
    services && `--services ${services.join(',')}`,
    action === 'declare' && '--reason "..."',
  ]
    .filter((part) => typeof part === 'string')
    .join(' ');
