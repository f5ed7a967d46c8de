import { app, type HttpResponseInit } from '@azure/functions';
import { answer, failureAnswer } from '../shared/answers.ts';
import { heartbeat as beatOf, rouse } from '../shared/heartbeat.ts';
import { wire } from '../shared/wire.ts';

/** For an outside monitor: 200 while the sweep comes round and the queue is worked off, 503 with the reasons where not. */
export const heartbeat = async (): Promise<HttpResponseInit> => {
  try {
    const ports = await wire();
    const beat = await beatOf(ports);
    await rouse(ports);
    return answer(beat.ok ? 200 : 503, beat);
  } catch (error) {
    return failureAnswer(error);
  }
};

app.http('heartbeat', { methods: ['GET'], authLevel: 'function', route: 'heartbeat', handler: heartbeat });
