import { app, type HttpRequest, type HttpResponseInit } from '@azure/functions';
import { answer } from '../shared/answers.ts';
import { atDoor } from '../shared/atDoor.ts';
import { readerOf } from '../shared/caller.ts';
import { overview } from '../shared/overview.ts';
import { pageHeaders, renderPage } from '../shared/record/page.ts';
import { wire } from '../shared/wire.ts';

const wantsJson = (request: HttpRequest): boolean =>
  request.query.get('format') === 'json' || (request.headers.get('accept') ?? '').startsWith('application/json');

/** The page a person reads at a glance, and the same as JSON (`?format=json`). */
export const statusPage = (request: HttpRequest): Promise<HttpResponseInit> =>
  atDoor<HttpResponseInit>(wire, async (ports) => {
    const view = await overview(ports);
    if (wantsJson(request)) return answer(200, view);
    const reader = { key: request.query.get('code'), ...readerOf(request, ports) };
    return { status: 200, body: renderPage(view, reader), headers: { ...pageHeaders } };
  });

app.http('statusPage', { methods: ['GET'], authLevel: 'function', route: 'status', handler: statusPage });
