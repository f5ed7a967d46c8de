import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { blobLeases } from '../shared/azure/leases.ts';

const minute = 60_000;

describe('the lease of a worker that is stuck', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is renewed for four minutes, and is free a minute later', async () => {
    const renewed: number[] = [];
    const lease = {
      acquireLease: async () => {},
      renewLease: async () => void renewed.push(Date.now()),
      releaseLease: async () => {},
    };
    const container = { getBlobClient: () => ({ getBlobLeaseClient: () => lease }) };
    const began = Date.now();
    void blobLeases(container as unknown as ContainerClient).hold('rig-07', () => new Promise(() => {}));
    await vi.advanceTimersByTimeAsync(30 * minute);
    const last = (renewed.at(-1) ?? 0) - began;
    expect([renewed.length, last]).toEqual([12, 4 * minute]);
  });
});

describe('a lease whose answer was lost', () => {
  it('is asked for again under its id, and held', async () => {
    const ids: unknown[] = [];
    const server = createServer((request, response) => {
      if (request.headers['x-ms-lease-action'] !== 'acquire') return void response.writeHead(200).end();
      ids.push(request.headers['x-ms-proposed-lease-id']);
      if (ids.length === 1) request.socket.destroy();
      else response.writeHead(201, { 'x-ms-lease-id': String(ids[0]) }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/account`;
    const blobs = new BlobServiceClient(url, undefined, { retryOptions: { maxTries: 1 } });
    const held = await blobLeases(blobs.getContainerClient('leases')).hold('rig-07', async () => 'held');
    server.close();
    server.closeAllConnections();
    expect(held).toBe('held');
    expect([ids.length, new Set(ids).size]).toEqual([2, 1]);
  });
});
