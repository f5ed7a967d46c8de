import { Readable } from 'node:stream';
import {
  createDefaultHttpClient,
  type PipelineRequest,
  type PipelineResponse,
  RestError,
} from '@azure/core-rest-pipeline';
import type { SiteState } from '../../shared/record/state.ts';
import type { Effect } from '../../simulator/arm/faults.ts';
import type { Arm } from '../../simulator/arm/server.ts';
import type { Random } from '../../simulator/tags/random.ts';
import type { DeadRegion } from './deadRegion.ts';
import type { InstanceParts } from './instance.ts';
import type { Life, Turnstile } from './turnstile.ts';
import type { Weather } from './weather.ts';

/** What befalls any request, and what only writes; by weight. */
const onReads = { unreachable: 3, answerLost: 3, timeout: 1, late: 3, throttle: 3, serverError: 2, unavailable: 2 };
const onWrites = {
  ...onReads,
  lock: 3,
  conflict: 2,
  etagMismatch: 2,
  operationFails: 3,
  operationNeverEnds: 0.3,
  operationTakes: 2,
  staysUpdating: 3,
  duplicate: 2,
};
type Trouble = keyof typeof onWrites;

/** ARM's own patience, as `createArm` has it; then the caller gives up. */
const timeoutMs = 30_000;
const usualMs = { from: 40, to: 400 };
const supportSeconds = 6 * 3_600;

const effectOf = (trouble: Trouble, random: Random): Effect | null => {
  switch (trouble) {
    case 'throttle':
      return { kind: 'throttle', retryAfterSeconds: 1 + random.below(60) };
    case 'lock':
      return { kind: 'lock', retryAfterSeconds: 1 + random.below(30) };
    case 'operationFails':
      return { kind: 'operationFails', code: 'InternalServerError', message: 'An error occurred.' };
    case 'operationTakes':
      return { kind: 'operationTakes', seconds: 60 + random.below(1_500) };
    case 'staysUpdating':
      return { kind: 'staysUpdating', seconds: 5 + random.below(300) };
    // In the end somebody has Azure's support end it: long after the app has given up, and before all have to be home.
    case 'operationNeverEnds':
      return { kind: 'operationTakes', seconds: supportSeconds };
    case 'conflict':
    case 'etagMismatch':
    case 'serverError':
    case 'unavailable':
    case 'duplicate':
      return { kind: trouble };
    default:
      return null;
  }
};

const broken = (code: string, request: PipelineRequest): RestError =>
  new RestError(`${code} while asking ${new URL(request.url).host}`, { code, request });

/** The answer with its body read already: a stream that is read later would be work that nobody knows of. */
const whole = async (answer: PipelineResponse): Promise<PipelineResponse> => {
  if (answer.readableStreamBody === undefined) return answer;
  const chunks: Buffer[] = [];
  for await (const chunk of answer.readableStreamBody) chunks.push(Buffer.from(chunk));
  return { ...answer, readableStreamBody: Readable.from([Buffer.concat(chunks)]) };
};

type Asked = Pick<PipelineRequest, 'method' | 'url'>;

/** A worse app: for a play that has to be found out. */
export type Sabotage = {
  /** Changes what is written. */
  readonly body?: (body: unknown) => unknown;
  /** Asks for something else. */
  readonly request?: (asked: Asked) => Asked;
  /** Changes what is said of a site. */
  readonly state?: (state: SiteState) => SiteState;
};

/** Every request of one instance to the simulated Azure, which hears them one at a time; `heard` is told after each. */
export const troubledWire =
  (
    arm: Arm,
    turnstile: Turnstile,
    weather: Weather,
    dead: DeadRegion,
    heard: () => void,
    sabotage: Sabotage = {},
  ): InstanceParts['wire'] =>
  (life: Life) => {
    const client = createDefaultHttpClient();
    const tlsSettings = { ca: arm.ca };
    const wait = (ms: number) => turnstile.sleep(life, turnstile.now() + ms);
    const ask = (request: PipelineRequest) =>
      turnstile.outside(async () => {
        // The scheduler decides how long a request takes; the wall does not.
        const { abortSignal: _, ...rest } = request;
        if (sabotage.body !== undefined && request.method === 'PUT' && typeof request.body === 'string')
          rest.body = JSON.stringify(sabotage.body(JSON.parse(request.body)));
        if (sabotage.request !== undefined) Object.assign(rest, sabotage.request(request));
        try {
          return await whole(await client.sendRequest({ ...rest, timeout: 0, tlsSettings } as PipelineRequest));
        } finally {
          heard();
        }
      });
    const asked = async (request: PipelineRequest, effect: Effect | null) => {
      if (effect === null) return ask(request);
      const planted = arm.plantFault({ match: {}, effect });
      try {
        return await ask(request);
      } finally {
        planted.remove();
      }
    };
    return {
      sendRequest: async (request) => {
        await turnstile.pass(life);
        await wait(usualMs.from + turnstile.random.below(usualMs.to));
        await turnstile.pass(life);
        const trouble: Trouble | null = weather.strikes<Trouble>(
          request.method === 'GET' ? { ...noWrites, ...onReads } : onWrites,
        );
        if (trouble !== null) weather.count(`arm ${trouble}`);
        if (trouble === 'unreachable') throw broken('ECONNREFUSED', request);
        if (trouble === 'timeout') {
          // It may have arrived; nobody will know.
          if (turnstile.random.below(2) === 0) await ask(request);
          await wait(timeoutMs);
          throw broken('ETIMEDOUT', request);
        }
        const answer = await asked(request, trouble === null ? null : effectOf(trouble, turnstile.random)).catch(
          async (error: unknown) => {
            if (dead.mode !== 'hanging') throw error;
            await wait(timeoutMs);
            throw broken('ETIMEDOUT', request);
          },
        );
        if (trouble === 'late') await wait(turnstile.random.below(timeoutMs - 1_000));
        if (trouble === 'answerLost') throw broken('ECONNRESET', request);
        return answer;
      },
    };
  };

const noWrites = Object.fromEntries(Object.keys(onWrites).map((name) => [name, 0])) as Record<Trouble, number>;
