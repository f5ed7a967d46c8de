import type { RpcTypedData } from './core.ts';
import { messageOf } from './hostError.ts';
import type { Answer } from './httpConversion.ts';
import type { InvocationResult } from './invoker.ts';

export interface EventGridRequest {
  readonly method: string;
  readonly functionName: string;
  /** Header aeg-event-type. */
  readonly eventType: string | undefined;
  /** Header WebHook-Request-Origin. */
  readonly origin: string | undefined;
  readonly body: string;
}

/** One event to one function; undefined where there is no Event Grid function of that name. */
export type Deliver = (functionName: string) => ((event: unknown) => Promise<InvocationResult>) | undefined;

// The origins that the Functions extension allows; any other one is answered with the public cloud's.
const origins = [
  'eventgrid.azure.net',
  'eventgrid.azure.us',
  'eventgrid.azure.cn',
  'eventgrid.azure.eaglex.ic.gov',
  'eventgrid.azure.microsoft.scloud',
];

const text = (status: number, body: string): Answer => ({
  status,
  headers: [['content-type', 'text/plain; charset=utf-8']],
  body,
});
const field = (value: unknown, name: string): unknown => (value as Record<string, unknown> | null | undefined)?.[name];

/** In the Event Grid schema the code sits in the first event's data; in a CloudEvent the data may be a JSON text again. */
function validationCode(parsed: unknown): string {
  const data = field(Array.isArray(parsed) ? parsed[0] : parsed, 'data');
  const code = field(typeof data === 'string' ? JSON.parse(data) : data, 'validationCode');
  if (typeof code !== 'string') throw new Error('The validation event has no data.validationCode.');
  return code;
}

async function notify(run: (event: unknown) => Promise<InvocationResult>, parsed: unknown): Promise<Answer> {
  if (typeof parsed !== 'object' || parsed === null)
    return text(500, 'The body is neither a JSON object nor an array.');
  const events: readonly unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  const results = await Promise.all(events.map((event) => run(event)));
  const failed = results.find(({ record }) => record.outcome !== 'succeeded');
  // All or nothing: Event Grid sends the whole array again.
  return failed === undefined ? { status: 202 } : text(500, failed.record.error ?? 'The function failed.');
}

/**
 * The Event Grid webhook of the Functions extension: both handshakes, delivery (every event its own invocation, in
 * parallel) and unsubscribing. CloudEvents are taken in structured mode only, and need the aeg-event-type header, too.
 * Protocol: https://learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema
 */
export async function answerEventGrid(request: EventGridRequest, deliver: Deliver): Promise<Answer> {
  const run = deliver(request.functionName);
  if (run === undefined) return text(404, `cannot find function: '${request.functionName}'`);
  if (request.method === 'OPTIONS') {
    const allowed = origins.find((origin) => origin === request.origin) ?? 'eventgrid.azure.net';
    return { status: 200, headers: [['Webhook-Allowed-Origin', allowed]] };
  }
  try {
    switch (request.eventType?.toLowerCase()) {
      case 'subscriptionvalidation':
        return text(200, JSON.stringify({ validationResponse: validationCode(JSON.parse(request.body)) }));
      case 'notification':
        return await notify(run, JSON.parse(request.body));
      case 'unsubscribe':
        return { status: 202 };
      default:
        return { status: 400 };
    }
  } catch (error) {
    return text(500, messageOf(error));
  }
}

/** What the trigger hands the worker besides the event. */
export const eventGridMetadata = (event: unknown): Record<string, RpcTypedData> => ({
  data: { json: JSON.stringify(field(event, 'data') ?? null) },
});
