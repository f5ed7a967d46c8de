import type { Answer } from './answer.ts';
import { gatewayError } from './answer.ts';
import type { JsonObject } from './json.ts';
import { objectAt, objectsAt, stringAt } from './json.ts';
import { page } from './reads.ts';
import type { Call, World } from './world.ts';

type Test = (event: JsonObject) => boolean;

const VALUES: Readonly<Record<string, (event: JsonObject) => (string | undefined)[]>> = {
  eventtype: (event) => [stringAt(objectAt(event, 'properties'), 'eventType')],
  status: (event) => [stringAt(objectAt(event, 'properties'), 'status')],
  trackingid: (event) => [stringAt(event, 'name')],
  service: (event) => impacts(event).map((impact) => stringAt(impact, 'impactedService')),
  region: (event) =>
    impacts(event)
      .flatMap((impact) => objectsAt(impact, 'impactedRegions'))
      .map((region) => stringAt(region, 'impactedRegion')),
};

function impacts(event: JsonObject): JsonObject[] {
  return objectsAt(objectAt(event, 'properties'), 'impact');
}

/** Reads `service eq 'X' or properties/eventType eq 'Y'`, with `and` binding closer than `or`; undefined when it is more than that. */
function readFilter(text: string): Test | undefined {
  const alternatives = text.split(/\s+or\s+/i).map((alternative) => {
    const terms = alternative.split(/\s+and\s+/i).map((term): Test | undefined => {
      const match = /^\s*\(?\s*(?:properties\/)?(\w+)\s+eq\s+'((?:[^']|'')*)'\s*\)?\s*$/i.exec(term);
      const values = VALUES[match?.[1]?.toLowerCase() ?? ''];
      const wanted = match?.[2]?.replaceAll("''", "'").toLowerCase();
      return values === undefined
        ? undefined
        : (event) => values(event).some((value) => value?.toLowerCase() === wanted);
    });
    return terms.every((term) => term !== undefined) ? terms : undefined;
  });
  if (!alternatives.every((terms) => terms !== undefined)) return undefined;
  return (event) => alternatives.some((terms) => terms.every((term) => term(event)));
}

/** The Service Health events of a subscription; `queryStartTime` keeps those updated since. */
export function listHealthEvents(events: readonly JsonObject[], call: Call, world: World): Answer {
  const filterText = call.url.searchParams.get('$filter');
  const filter = filterText === null ? () => true : readFilter(filterText);
  if (filter === undefined)
    return gatewayError(400, 'InvalidFilterInQueryString', `The filter '${filterText}' is not supported.`);
  const startText = call.url.searchParams.get('queryStartTime');
  const start = startText === null ? Number.NEGATIVE_INFINITY : Date.parse(startText);
  if (Number.isNaN(start)) return gatewayError(400, 'BadRequest', `The query start time '${startText}' is not a date.`);
  const kept = events.filter((event) => {
    const updated = Date.parse(stringAt(objectAt(event, 'properties'), 'lastUpdateTime') ?? '');
    return filter(event) && (Number.isNaN(updated) || updated >= start);
  });
  return page(kept, call, world);
}
