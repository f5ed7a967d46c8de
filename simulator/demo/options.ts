import { parseArgs } from 'node:util';
import type { SilenceMode } from '../arm/silence.ts';

export const scenarioNames = ['service-failover', 'region-down', 'too-many-routes', 'planned-move'] as const;
export type ScenarioName = (typeof scenarioNames)[number];

export interface DemoOptions {
  readonly scenario: ScenarioName;
  readonly serviceTags: string | undefined;
  /** Simulated seconds per second. */
  readonly speed: number;
  /** How the dead region is silent. */
  readonly silence: SilenceMode;
  readonly warm: boolean;
  /** too-many-routes: approve the move instead of declining it. */
  readonly approve: boolean;
  readonly json: boolean;
  readonly help: boolean;
}

export const help = `npm run demo [-- OPTIONS]

Plays a story on simulated Azure, with real storage (Azurite) and the real
functions. Exits 0 only if everything was proven.

  --scenario NAME      service-failover  services fail over, and back (default)
                       region-down       the region answers nothing: the site
                                         moves to the other one, later back
                       too-many-routes   a service failover does not fit the
                                         table: the product asks for a move
                       planned-move      a person moves the site for good
  --service-tags FILE  a real ServiceTags_*.json instead of our synthetic one
  --speed N            simulated seconds per second (default 60; of a story
                       with a move 200)
  --standby warm       region-down, planned-move: network, firewall and gateway
                       stand in the other region before
  --silence MODE       region-down: refused (default), hanging or unavailable
  --approve            too-many-routes: approve the move, do not decline it
  --json               one JSON summary instead of the story
`;

const oneOf = <T extends string>(option: string, text: string, known: readonly T[]): T => {
  const found = known.find((one) => one === text);
  if (found !== undefined) return found;
  throw new Error(`--${option}: "${text}" is none of ${known.join(', ')}`);
};

const speedOf = (text: string | undefined, scenario: ScenarioName): number => {
  if (text === undefined) return scenario === 'service-failover' ? 60 : 200;
  const speed = Number(text);
  if (Number.isFinite(speed) && speed >= 1 && speed <= 1_000) return speed;
  throw new Error(`--speed: "${text}" is not a number from 1 to 1000`);
};

/** Throws an Error that says what is wrong with the arguments. */
export const readDemoOptions = (args: readonly string[]): DemoOptions => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      scenario: { type: 'string', default: 'service-failover' },
      'service-tags': { type: 'string' },
      speed: { type: 'string' },
      standby: { type: 'string', default: 'cold' },
      silence: { type: 'string', default: 'refused' },
      approve: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const scenario = oneOf('scenario', values.scenario, scenarioNames);
  return {
    scenario,
    serviceTags: values['service-tags'],
    speed: speedOf(values.speed, scenario),
    silence: oneOf('silence', values.silence, ['refused', 'hanging', 'unavailable']),
    warm: oneOf('standby', values.standby, ['cold', 'warm']) === 'warm',
    approve: values.approve,
    json: values.json,
    help: values.help,
  };
};
