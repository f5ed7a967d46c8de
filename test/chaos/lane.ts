import { type EpisodeOptions, playEpisode } from './episode.ts';

/** A process that plays the episodes it is sent, one after the other. */
process.on('message', (options: EpisodeOptions) => {
  playEpisode(options).then(
    (result) => process.send?.({ result }),
    (error: unknown) =>
      process.send?.({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
