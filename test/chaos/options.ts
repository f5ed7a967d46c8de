import { parseArgs } from 'node:util';

export const usage = `npm run chaos [-- OPTIONS]

Plays episodes of trouble: sites whose services or whole region fail, with the app's instances dying, Azure and storage
failing at any call, messages and events late, twice, out of order or lost, clocks that differ, service tags that change,
and people who do silly things. What the app promises is checked at every write and every state it saves; then all calms down, and
every site has to come home, proven. Exit 1 where a promise was broken. An episode is the same for the same seed.

  --seed N       what everything is drawn from (default: by chance; printed)
  --minutes M    how long; no episode is begun that would end later (1)
  --episodes N   so many episodes instead, however long they take
  --only K       only episode K of the seed, as printed
  --lanes N      processes beside each other (2)
  --json         the result as JSON`;

export type Options = {
  readonly seed: number;
  readonly minutes: number;
  readonly episodes: number | null;
  readonly only: number | null;
  readonly lanes: number;
  readonly json: boolean;
};

const whole = (name: string, text: string, least: number): number => {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw new RangeError(`--${name} ${text} is no whole number from ${least}.`);
};

const minutesOf = (text: string): number => {
  const minutes = Number(text);
  if (Number.isFinite(minutes) && minutes > 0) return minutes;
  throw new RangeError(`--minutes ${text} is no number above 0.`);
};

/** Throws RangeError, or TypeError for an option that there is not. `chance` is the seed where none is given. */
export const readOptions = (argv: readonly string[], chance: number): Options => {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      seed: { type: 'string' },
      minutes: { type: 'string', default: '1' },
      episodes: { type: 'string' },
      only: { type: 'string' },
      lanes: { type: 'string', default: '2' },
      json: { type: 'boolean', default: false },
    },
  });
  return {
    seed: values.seed === undefined ? chance : whole('seed', values.seed, 0),
    minutes: minutesOf(values.minutes),
    episodes: values.episodes === undefined ? null : whole('episodes', values.episodes, 1),
    only: values.only === undefined ? null : whole('only', values.only, 0),
    lanes: whole('lanes', values.lanes, 1),
    json: values.json,
  };
};
