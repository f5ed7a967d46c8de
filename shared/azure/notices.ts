import { AzureKeyCredential, EventGridPublisherClient } from '@azure/eventgrid';
import type { TokenCredential } from '@azure/identity';
import type { Log } from '../base/log.ts';
import type { Settings } from '../base/settings.ts';
import type { Notice } from '../record/notice.ts';
import type { Notices } from '../record/ports.ts';
import { codeOf, statusOf } from './storageFailures.ts';

/** Telling people may not hold up a run. */
const TIMEOUT_MS = 10_000;

type Publisher = EventGridPublisherClient<'CloudEvent'>;

const publisherOf = (topic: NonNullable<Settings['topic']>, credential: () => TokenCredential): Publisher =>
  new EventGridPublisherClient(
    topic.endpoint,
    'CloudEvent',
    topic.key === null ? credential() : new AzureKeyCredential(topic.key),
    // The settings let http through for this machine only.
    { allowInsecureConnection: topic.endpoint.startsWith('http://'), retryOptions: { maxRetries: 0 } },
  );

/** A notice as a CloudEvent: type `AseFailover.<kind>`, source `/ase-failover/sites/<site>`, the notice as its data. */
export const cloudEventOf = (notice: Notice) => ({
  type: `AseFailover.${notice.kind}`,
  source: `/ase-failover/sites/${notice.site}`,
  id: notice.id,
  time: new Date(notice.at),
  subject: notice.site,
  datacontenttype: 'application/json',
  data: notice,
});

/** Writes every notice to the log and sends it to the topic, if there is one. Never rejects: a topic that fails is a warning. */
export const gridNotices = (topic: Settings['topic'], credential: () => TokenCredential, log: Log): Notices => {
  let publisher: Publisher | undefined;
  return {
    tell: async (notice) => {
      const { id, kind, site, at, title, text, digest, runId } = notice;
      log.info(`Notice: ${title}`, { id, kind, site, at, text, digest, runId });
      if (topic === null) return;
      try {
        publisher ??= publisherOf(topic, credential);
        await publisher.send([cloudEventOf(notice)], { abortSignal: AbortSignal.timeout(TIMEOUT_MS) });
      } catch (error) {
        log.warn('The Event Grid topic did not take a notice', {
          id,
          kind,
          site,
          status: statusOf(error),
          code: codeOf(error),
        });
      }
    },
  };
};
