import { randomUUID } from 'node:crypto';
import tls from 'node:tls';
import { parentPort, workerData } from 'node:worker_threads';
import { buildAzure } from '../../shared/azure/index.ts';
import { asAutomationError } from '../../shared/base/errors.ts';
import { silentLog } from '../../shared/base/log.ts';
import { readSettings } from '../../shared/base/settings.ts';
import { readEvent } from '../../shared/events/readEvent.ts';
import { hear } from '../../shared/hear.ts';
import type { Ports } from '../../shared/ports.ts';
import { reconcile } from '../../shared/reconcile.ts';
import { readMessage } from '../../shared/record/message.ts';
import { sweep } from '../../shared/sweep.ts';
import { say, wordSchema } from '../../shared/words.ts';
import type { Birth, Call, Go, Said, Task } from './calls.ts';
import { gatedPorts } from './gate.ts';
import { sharedClock } from './sharedClock.ts';

/*
 * One life of the app, from its start to its death: the production adapters, in a thread or process of its own. It does
 * what it is told to and says when that is over; where it tells of its calls, it waits after each for leave to go on.
 */

const post = (said: Said): void => (parentPort === null ? void process.send?.(said) : parentPort.postMessage(said));

const listen = (hear: (told: unknown) => void): void =>
  parentPort === null ? void process.on('message', hear) : void parentPort.on('message', hear);

const waiting = new Map<number, (lose: boolean) => void>();
let tickets = 0;

const tell = (call: Call): Promise<boolean> =>
  new Promise((resolve) => {
    tickets += 1;
    waiting.set(tickets, resolve);
    post({ say: 'call', call, ticket: tickets });
  });

/** Does not wait; of what people are told the host still has to hear. */
const tellPeopleOnly = async (call: Call): Promise<boolean> => {
  if (call.to === 'people') post({ say: 'call', call, ticket: 0 });
  return false;
};

const portsOf = ({ env, clock, tells }: Birth): Ports => {
  const settings = readSettings(env);
  const adapters = clock ? buildAzure(settings, silentLog, sharedClock(clock)) : buildAzure(settings, silentLog);
  const own = { log: silentLog, newId: () => randomUUID(), namePrefix: settings.namePrefix };
  const ports = Object.defineProperties(own, Object.getOwnPropertyDescriptors(adapters)) as unknown as Ports;
  return gatedPorts(ports, tells ? tell : tellPeopleOnly);
};

const perform = async (task: Task, ports: Ports): Promise<unknown> => {
  switch (task.do) {
    case 'deliver':
      return reconcile(readMessage(task.text), ports, task.redelivered);
    case 'event':
      return void (await hear(readEvent(task.payload), 'an event', ports));
    case 'word':
      return say(wordSchema.parse(task.word), 'nobody', ports);
    case 'sweep':
      return sweep(ports, 'the timer');
  }
};

const live = (birth: Birth): void => {
  // A thread trusts what it is told to, not what its parent trusts.
  tls.setDefaultCACertificates([birth.ca]);
  Object.assign(process.env, birth.env);
  const ports = portsOf(birth);
  listen((told) => {
    const message = told as Task | Go;
    if ('go' in message) {
      waiting.get(message.go)?.(message.lose);
      waiting.delete(message.go);
      return;
    }
    perform(message, ports).then(
      (value) => post({ say: 'over', value: value === undefined ? null : JSON.parse(JSON.stringify(value)) }),
      (error: unknown) => {
        const { code, message: text } = asAutomationError(error);
        post({ say: 'over', refusal: { code, message: text } });
      },
    );
  });
  post({ say: 'up' });
};

if (parentPort !== null) live(workerData as Birth);
else process.once('message', (birth) => live(birth as Birth));
