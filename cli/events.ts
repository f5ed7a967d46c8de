import { isObject } from '../shared/base/canonical.ts';
import { wrap } from '../shared/base/wrap.ts';
import { isGridEvent } from '../shared/events/eventGrid.ts';
import { oneLine } from '../shared/events/payload.ts';
import { type App, type AppRequest, appOptions, appUsage, callApp, findApp } from './app.ts';
import type { Command } from './command.ts';
import { parseJson, readTextFile } from './files.ts';
import { misused, onlyWord, readOptions } from './options.ts';

const usage = [
  'npm run --silent cli -- events send FILE [OPTIONS]',
  '',
  'Hands a payload to the door that Azure would use, for trying things by hand: an',
  'alert to that of the action group, an event of Event Grid to its webhook.',
  '',
  '  --json           the answer as JSON',
  '  --system-key K   opens the webhook of Event Grid; default:',
  '                   ASEFO_APP_SYSTEM_KEY, else --key',
  ...appUsage,
];

const first = (payload: unknown): unknown => (Array.isArray(payload) ? payload[0] : payload);

const isHandshake = (payload: unknown): boolean => {
  const event = first(payload);
  const type = isObject(event) ? (event['eventType'] ?? event['type']) : undefined;
  return String(type).toLowerCase() === 'microsoft.eventgrid.subscriptionvalidationevent';
};

/** Which door a payload goes through. The webhook's address is that of the Functions extension for Event Grid. */
const requestFor = (payload: unknown, text: string, app: App): AppRequest & { readonly door: string } => {
  if (!isGridEvent(first(payload))) {
    return { door: 'Service Health', method: 'POST', path: '/api/events/service-health', body: text };
  }
  return {
    door: 'Event Grid',
    method: 'POST',
    path: '/runtime/webhooks/eventgrid?functionName=eventGridEvent',
    headers: {
      'x-functions-key': app.systemKey,
      'aeg-event-type': isHandshake(payload) ? 'SubscriptionValidation' : 'Notification',
    },
    body: text,
  };
};

const listed = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const describe = (value: unknown, status: number): string[] => {
  if (!isObject(value) || typeof value['accepted'] !== 'number') return [`taken (HTTP ${status})`];
  const ignored = listed(value['ignored']).flatMap((item) =>
    isObject(item) ? [oneLine(`ignored ${item['what']}: ${item['reason']}`, 400)] : [],
  );
  const recorded = Number(value['recordedOnly']);
  return [
    `${value['accepted']} taken up${recorded > 0 ? `, ${recorded} recorded and not acted on` : ''} (HTTP ${status})`,
    ...ignored,
  ];
};

export const eventsCommand: Command = {
  summary: 'Send an event by hand to the door that Azure would use',
  usage,
  run: async (args, io) => {
    const options = { ...appOptions, 'system-key': { type: 'string' }, json: { type: 'boolean' } } as const;
    const { values, positionals } = readOptions(args, options, true);
    const [verb, ...words] = positionals;
    if (verb !== 'send')
      throw misused(`events ${verb ?? ''} is not a command.`.replace('  ', ' '), 'Say events send FILE.');
    const path = onlyWord(words, 'FILE');
    const text = await readTextFile(path, io);
    const payload = parseJson(text, path, 'the payload as it was delivered');
    const found = await findApp(values, io);
    const app = values['system-key'] === undefined ? found : { ...found, systemKey: values['system-key'] };
    const { door, ...request } = requestFor(payload, text, app);
    const { status, value } = await callApp(app, request);
    if (values.json) io.out(`${JSON.stringify({ door, status, answer: value ?? null }, null, 2)}\n`);
    else
      io.out(
        `${describe(value, status)
          .flatMap((line) => wrap(`${door}: ${line}`, io.width, '', '  '))
          .join('\n')}\n`,
      );
    return 0;
  },
};
