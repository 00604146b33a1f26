import { expect, test } from 'vitest';
import { actionsOf, isAlone, type Server, stateOf, unanswered, workOf } from './servers.ts';

const server = (parts: Partial<Server>): Server => ({
  ...{ id: 'home-1', name: 'node1', address: '10.0.0.5:8090', version: '1.0.0', runtimes: [], memory_mb: 1024 },
  ...{ processors: 2, live: true, draining: false, this_server: true, last_heartbeat: null, leases: [] },
  load: { running: 0, waiting: 0, instances: 0, memory_mb: 0 },
  ...parts,
});

test('a server in service can be drained while others are there, a drained one comes back or goes, one that is gone goes', () => {
  expect(actionsOf(server({}), true)).toEqual(['drain']);
  expect(actionsOf(server({}), false)).toEqual([]);
  expect(actionsOf(server({ draining: true }), true)).toEqual(['undrain', 'remove']);
  expect(actionsOf(server({ live: false, draining: true }), true)).toEqual(['remove']);
  expect([{}, { draining: true }, { live: false }].map((parts) => stateOf(server(parts)))).toEqual([
    'live',
    'draining',
    'gone',
  ]);
});

test('a live server without an answer is named, one that is gone is not', () => {
  const servers = [
    server({}),
    server({ name: 'node2', load: null }),
    server({ name: 'node3', load: null, live: false }),
  ];
  expect(unanswered(servers)).toEqual(['node2']);
  expect([isAlone(servers), isAlone([server({})]), isAlone([])]).toEqual([false, true, false]);
});

test('the streams that a server reads are counted instead of listed', () => {
  const leases = ['alarms', 'consumer:t1:0', 'consumer:t1:1', 'triggers'];
  expect(workOf(server({ leases }))).toEqual({ names: ['alarms', 'triggers'], streams: 2 });
});
