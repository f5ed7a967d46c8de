import { wrap } from '../base/wrap.ts';
import { commandText } from './ask.ts';
import type { MovePlanView } from './movePlanView.ts';
import type { MoveStepState, MoveStepView } from './moveStepView.ts';
import { type MoveView, moveStandText } from './moveView.ts';
import type { SiteView } from './siteView.ts';
import { durationText, momentText } from './words.ts';

const WIDTH = 80;

const marks: Readonly<Record<MoveStepState, string>> = {
  over: '[x]',
  underWay: '[>]',
  held: '[~]',
  next: '[ ]',
  later: '[ ]',
  failed: '[!]',
};

const labelled = (label: string, text: string): string[] => wrap(text, WIDTH, `  ${label.padEnd(11)}`);

/** `whole`: also on which path it is, and what there is to say of one that is over. */
const stepLines = (step: MoveStepView, indent: string, whole: boolean): string[] => [
  ...wrap(`${step.title} (${step.text})`, WIDTH, `${indent}${marks[step.state]}${whole && step.critical ? '*' : ' '}`),
  ...[
    whole || step.state !== 'over' ? step.why : null,
    step.remedy === null ? null : `What to do: ${step.remedy}`,
  ].flatMap((text) => (text === null ? [] : wrap(text, WIDTH, `${indent}      `))),
];

const headLines = (move: MoveView, now: number): string[] => [
  ...labelled('Move', `${move.title}; ${moveStandText(move, now)}`),
  ...labelled('', move.pace),
  ...labelled('', `if it stopped now: ${move.stopHere.text}`),
];

/** The move in the status of its site: its steps, a line each, once it is approved. */
export const moveLines = (move: MoveView, now: number): string[] => [
  ...headLines(move, now),
  ...(move.status === 'awaitingApproval' ? [] : move.steps).flatMap((step) => stepLines(step, '             ', false)),
];

/** Where the site lives, what stands idle, snapshots and preflight: nothing of a site that has none of it. */
export const sideLines = (
  { residence, standing, snapshots, preflight, lastMoves }: SiteView,
  now: number,
): string[] => [
  ...(residence === null ? [] : labelled('Residence', residence.text)),
  ...(standing === null ? [] : labelled('Idle', standing.text)),
  ...snapshots.flatMap(({ text, doubtful }) => [
    ...labelled('Snapshot', text),
    ...(doubtful === null ? [] : labelled('', `!! ${doubtful.text}: ${doubtful.lost.join('; ')}`)),
  ]),
  ...(preflight === null ? [] : labelled('Preflight', preflight.text)),
  ...(preflight?.failed ?? []).flatMap(({ text, remedy }) => labelled('', `!! ${text} ${remedy}`)),
  ...lastMoves
    .slice(0, 3)
    .flatMap((move) =>
      labelled(
        'Last move',
        `${momentText(move.endedAt, now)} ${move.outcome}: ${move.reason} ${move.where}; ${move.text}${move.why === null ? '' : `; ${move.why}`}`,
      ),
    ),
];

const group = (title: string, items: readonly string[]): string[] =>
  items.length === 0 ? [] : [title, ...items.flatMap((item) => wrap(item, WIDTH, '  ', '    ')), ''];

const planLines = (plan: MovePlanView): string[] => [
  ...group(
    'Blocked',
    plan.blockers.flatMap(({ code, message, remedy }) => [`${code}: ${message}`, `What to do: ${remedy}`]),
  ),
  ...group('What would make it unnecessary', plan.alternatives),
  ...group('Spelt differently on the new side', plan.mappings),
  ...group('Routes of others that go along', plan.carriedRoutes),
  ...group('Secrets, and where they come from', plan.secrets),
  ...group('Taken by default', plan.defaults),
  ...group('Notes', plan.notes),
];

const stateGroups = [
  ['Done', ['over']],
  ['Failed', ['failed']],
  ['Under way', ['underWay', 'held']],
  ['Next', ['next']],
  ['Later', ['later']],
] as const;

const waitLines = ({ waits }: SiteView): string[] =>
  waits.flatMap((wait) => {
    const command = wait.ask && commandText(wait.ask);
    return [
      ...wrap(`${wait.who}: ${wait.text}`, WIDTH, '  ', '    '),
      ...[...wait.help, ...(command === null ? [] : [command])].flatMap((line) => wrap(line, WIDTH, '    ', '      ')),
    ];
  });

/** One site's move for a terminal of 80 columns: done, under way, next, the time to go, and what stopping would mean. */
export const renderMoveStatus = (site: SiteView, now: number): string => {
  const { move } = site;
  const waits = waitLines(site);
  const lines = [
    `${site.id}  ${site.headline.toUpperCase()}`,
    ...(site.singlyEncrypted ? [`  !! ${site.singlyEncrypted.text}`] : []),
    ...(move === null ? ['  No move is asked for or under way.'] : headLines(move, now)),
    ...sideLines(site, now),
    ...(waits.length === 0 ? [] : ['', 'Who waits for whom', ...waits]),
    '',
    ...(move === null
      ? []
      : stateGroups.flatMap(([title, states]) => {
          const steps = move.steps.filter(({ state }) => (states as readonly string[]).includes(state));
          return steps.length === 0 ? [] : [title, ...steps.flatMap((step) => stepLines(step, '  ', true)), ''];
        })),
    ...(move === null ? [] : ['* on the longest path: a delay there delays the whole', '']),
    ...(move?.plan
      ? [
          ...wrap(
            `Longest path: ${move.plan.criticalPath.steps.join(' > ')}, ${durationText(move.plan.criticalPath.minutes * 60_000)}`,
            WIDTH,
          ),
          '',
        ]
      : []),
    ...(move?.status === 'awaitingApproval' && move.plan ? planLines(move.plan) : []),
    ...(move === null ? [] : [move.digest]),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
};
