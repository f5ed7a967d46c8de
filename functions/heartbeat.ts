import { app, type HttpResponseInit } from '@azure/functions';
import { answer } from '../shared/answers.ts';
import { atDoor } from '../shared/atDoor.ts';
import { heartbeat as beatOf } from '../shared/heartbeat.ts';
import { wire } from '../shared/wire.ts';

/** For an outside monitor: 200 while the sweep comes round and the queue is worked off, 503 with the reasons where not. */
export const heartbeat = (): Promise<HttpResponseInit> =>
  atDoor(wire, async (ports) => {
    const beat = await beatOf(ports);
    return answer(beat.ok ? 200 : 503, beat);
  });

app.http('heartbeat', { methods: ['GET'], authLevel: 'function', route: 'heartbeat', handler: heartbeat });
