import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Arm, createArm } from '../shared/azure/arm.ts';
import { createCredential } from '../shared/azure/credential.ts';
import { armResources } from '../shared/azure/resources.ts';
import { systemClock } from '../shared/base/clock.ts';
import { readSettings } from '../shared/base/settings.ts';

/** What the identity endpoint does with a request; null: it cuts the connection. */
let status: number | null = 200;
let asked = 0;
let server: Server;
const answers = { statusCode: 400, message: 'no such identity' };

beforeAll(async () => {
  server = createServer((request, response) => {
    asked += 1;
    if (status === null) request.socket.destroy();
    else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answers));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env['IDENTITY_ENDPOINT'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/msi/token`;
  process.env['IDENTITY_HEADER'] = 'x';
});
afterAll(() => {
  delete process.env['IDENTITY_ENDPOINT'];
  delete process.env['IDENTITY_HEADER'];
  server.close();
  server.closeAllConnections();
});

/** ARM is not there at all: without a token nobody gets as far. */
const endpoint = 'https://127.0.0.1:1';
const arm = (): Arm => {
  const settings = readSettings({
    AzureWebJobsStorage: 'UseDevelopmentStorage=true',
    IDENTITY_ENDPOINT: process.env['IDENTITY_ENDPOINT'],
  });
  const credential = createCredential(settings);
  return createArm({ endpoint, audience: endpoint, credential, networkApiVersion: '2024-01-01', clock: systemClock });
};
const table = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/routeTables/t';

describe('a token that cannot be had', () => {
  it.each([[500], [502], [503], [429], [null]])(
    'is tried for again where the identity endpoint answers %s',
    async (told) => {
      status = told;
      const reading = arm().getObject(table, `${endpoint}${table}`);
      await expect(reading).rejects.toMatchObject({ code: 'ERR_AZURE_UNAVAILABLE', retry: 'later' });
    },
  );

  it.each([[400], [403], [404]])('is left to a person where the identity endpoint answers %s', async (told) => {
    status = told;
    const reading = arm().getObject(table, `${endpoint}${table}`);
    await expect(reading).rejects.toMatchObject({ code: 'ERR_AZURE_CREDENTIAL', retry: 'never' });
  });

  it('is asked for once at a time: whoever wants it comes back by message', async () => {
    status = 503;
    asked = 0;
    await expect(arm().getObject(table, `${endpoint}${table}`)).rejects.toThrow('No token could be had');
    expect(asked).toBe(1);
  });

  it('ends no operation that Azure is at: it is asked about again', async () => {
    status = 503;
    const progress = await armResources(arm(), systemClock).poll(`${endpoint}/subscriptions/s/operations/1`);
    expect(progress).toMatchObject({ status: 'running' });
  });
});
