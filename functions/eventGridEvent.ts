import { app, type InvocationContext } from '@azure/functions';
import { rousing } from '../shared/atDoor.ts';
import { AutomationError } from '../shared/base/errors.ts';
import { needsToken } from '../shared/caller.ts';
import { readEventGrid } from '../shared/events/eventGrid.ts';
import { hear } from '../shared/hear.ts';
import { wire } from '../shared/wire.ts';

/** The SDK knows the forms of both schemas; what it cannot read (a hand-made event) is read as it came. */
const deserialize = async (event: unknown): Promise<unknown> => {
  const { EventGridDeserializer } = await import('@azure/eventgrid');
  const deserializer = new EventGridDeserializer();
  try {
    // Nested too deeply it cannot be written down again; it is read as it came then, too.
    const text = JSON.stringify(event);
    const isCloudEvent = text.includes('"specversion"');
    return isCloudEvent
      ? await deserializer.deserializeCloudEvents(text)
      : await deserializer.deserializeEventGridEvents(text);
  } catch {
    return event;
  }
};

/**
 * Event Grid's door: resource events of a subscription, in Event Grid schema or as CloudEvents. It cannot choose its
 * HTTP answer: what is ignored succeeds, what cannot be persisted throws and is delivered again. Shut where tokens are
 * asked for, since it sees none: events come to `eventGridWebhook` then.
 */
export const eventGridEvent = async (event: unknown, context: InvocationContext): Promise<void> => {
  try {
    await rousing(wire, async (ports) => {
      if (needsToken(ports)) {
        context.warn('an event without a token was left aside: have the subscription deliver to events/event-grid');
        return;
      }
      const heard = await hear(readEventGrid(await deserialize(event)), 'an Event Grid event', ports);
      for (const { what, reason } of heard.ignored) context.log(`ignored ${what}: ${reason}`);
    });
  } catch (error) {
    // Delivering it again would not make it an event.
    if (error instanceof AutomationError && error.code === 'ERR_EVENT') context.warn(error.message);
    else throw error;
  }
};

app.eventGrid('eventGridEvent', { handler: eventGridEvent });
