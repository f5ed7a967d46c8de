import { describe, expect, it } from 'vitest';
import { Operations } from '../simulator/arm/operations.ts';
import { Store } from '../simulator/arm/store.ts';

const group = '/subscriptions/s/resourceGroups/g';
const idOf = (type: string, name: string) => `${group}/providers/Microsoft.Network/${type}/${name}`;
const using = (...ids: string[]) => ({ properties: { parts: ids.map((id) => ({ properties: { subnet: { id } } })) } });

describe('the store', () => {
  const subnet = `${idOf('virtualNetworks', 'v')}/subnets/One`;
  const firewalls = (store: Store, id = subnet) => store.naming('azureFirewalls', id).map((one) => one.id.names[0]);

  it('knows who names an id, whatever its case, in the order in which they came', () => {
    const store = new Store();
    for (const name of ['b', 'a']) store.put(idOf('azureFirewalls', name), using(subnet));
    store.put(idOf('virtualNetworkGateways', 'c'), using(subnet));
    expect(firewalls(store, subnet.toUpperCase())).toEqual(['b', 'a']);
  });

  it('keeps that order when a body is replaced', () => {
    const store = new Store();
    for (const name of ['b', 'a']) store.put(idOf('azureFirewalls', name), using(subnet));
    expect(firewalls(store)).toEqual(['b', 'a']);
    store.put(idOf('AzureFirewalls', 'B'), using(subnet, `${subnet}/more`));
    expect(firewalls(store)).toEqual(['b', 'a']);
  });

  it('forgets who does not name an id any more, or is gone', () => {
    const store = new Store();
    for (const name of ['a', 'b', 'c']) store.put(idOf('azureFirewalls', name), using(subnet));
    expect(firewalls(store)).toEqual(['a', 'b', 'c']);
    store.put(idOf('azureFirewalls', 'a'), using(`${subnet}2`));
    store.delete(idOf('azureFirewalls', 'b'));
    expect(firewalls(store)).toEqual(['c']);
  });
});

describe('operations', () => {
  const begin = (operations: Operations, id: string, seconds: number, done: string[] = []) =>
    operations.start(
      {
        name: 'PutOperation',
        resource: idOf('routeTables', 'Table/routes/r'),
        subscription: 's',
        location: 'uksouth',
        apiVersion: '1',
        seconds,
        firstRetryAfter: 1,
        onDone: () => void done.push(id),
      },
      id,
      0,
    );

  it('hold a resource and what is above it, until they end', () => {
    const operations = new Operations();
    begin(operations, 'first', 10);
    begin(operations, 'second', 20);
    expect(operations.holding(idOf('routetables', 'table'))?.id).toBe('first');
    operations.settle(10_000);
    expect(operations.holding(idOf('routetables', 'table'))?.id).toBe('second');
    expect(operations.holding(idOf('routetables', 'tab'))).toBeUndefined();
  });

  it('end in order of time, and where that is the same in the order in which they began', () => {
    const operations = new Operations();
    const done: string[] = [];
    for (const [id, seconds] of [
      ['late', 9],
      ['one', 5],
      ['two', 5],
      ['early', 1],
    ] as const)
      begin(operations, id, seconds, done);
    operations.settle(9_000);
    expect(done).toEqual(['early', 'one', 'two', 'late']);
  });
});
