import { renderStatusText } from '../shared/record/statusText.ts';
import type { View } from '../shared/record/view.ts';
import { type App, appOptions, appUsage, callApp, findApp, objectOf } from './app.ts';
import type { Command } from './command.ts';
import { readOptions } from './options.ts';

const usage = [
  'npm run --silent cli -- status [OPTIONS]',
  '',
  'Shows every site: its mode, who waits for whom, the last runs and why they ran.',
  '',
  '  --json           the same as JSON',
  ...appUsage,
];

/** Everything as the app sees it now. */
export const fetchView = async (app: App): Promise<View> => {
  const answer = await callApp(app, { method: 'GET', path: '/api/status?format=json' });
  // The app is this product: what it calls a view is one.
  return objectOf(answer, app, (value) => Array.isArray(value['sites']) && 'counts' in value) as unknown as View;
};

export const statusCommand: Command = {
  summary: 'Show every site: its mode, what waits for whom, the last runs',
  usage,
  run: async (args, io) => {
    const { values } = readOptions(args, { ...appOptions, json: { type: 'boolean' } });
    const view = await fetchView(await findApp(values, io));
    io.out(values.json ? `${JSON.stringify(view, null, 2)}\n` : renderStatusText(view));
    return 0;
  },
};
