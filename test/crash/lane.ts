import { type Calm, calmRun, type Job, type Struck, struckRun } from './job.ts';
import { type OpenTheatre, openSwiftTheatre, openTheatre } from './theatre.ts';

/*
 * A process of its own with an Azure and a storage of its own, so that two may work beside each other. It plays what it
 * is sent and answers each; it ends when nobody is there any more.
 */

export type LaneAnswer = { readonly calm: Calm } | { readonly struck: Struck } | { readonly broken: string };

const file = process.argv[2] ?? '';
let theatre: OpenTheatre | null = null;

const answer = async (job: Job): Promise<LaneAnswer> => {
  try {
    theatre ??= await (job.swift ? openSwiftTheatre(file) : openTheatre(file));
    return job.calm === null ? { calm: await calmRun(theatre, job) } : { struck: await struckRun(theatre, job) };
  } catch (error) {
    return { broken: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
};

process.on('message', (job: Job) => void answer(job).then((answered) => process.send?.(answered)));
process.on('disconnect', () => process.exit(0));
