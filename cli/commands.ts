import type { Command } from './command.ts';

type Load = () => Promise<Command>;

const said =
  (name: string): Load =>
  async () =>
    (await import('./say.ts')).sayCommand(name);

/** Every command, in the order of the help; loaded when asked for, so that `plan` starts without the SDKs. */
export const commands: Readonly<Record<string, Load>> = {
  plan: async () => (await import('./plan.ts')).planCommand,
  sites: async () => (await import('./sites.ts')).sitesCommand,
  tags: async () => (await import('./tags.ts')).tagsCommand,
  ranges: async () => (await import('./ranges.ts')).rangesCommand,
  status: async () => (await import('./status.ts')).statusCommand,
  'plan-now': said('plan-now'),
  adopt: said('adopt'),
  approve: said('approve'),
  'confirm-device': said('confirm-device'),
  declare: said('declare'),
  withdraw: said('withdraw'),
  pause: said('pause'),
  resume: said('resume'),
  move: async () => (await import('./move.ts')).moveCommand,
  standby: async () => (await import('./standby.ts')).standbyCommand,
  preflight: async () => (await import('./preflight.ts')).preflightCommand,
  snapshot: async () => (await import('./snapshot.ts')).snapshotCommand,
  'device-file': async () => (await import('./deviceFile.ts')).deviceFileCommand,
  ledger: async () => (await import('./ledger.ts')).ledgerCommand,
  events: async () => (await import('./events.ts')).eventsCommand,
};
