import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import type { ClusterNode } from '../cluster/index.ts';
import { openReservedDoor, ReservedOfAll, type ReservedShare } from './reserved-of-all.ts';

const SETTINGS = [
  { functionId: 'f1', qualifier: 'latest' },
  { functionId: 'f2', qualifier: '!live' },
];
const NONE: ReservedShare = { desired: 0, ready: 0, starting: 0, failing: undefined, note: undefined };

const nodeOf = (home: string): ClusterNode => ({
  ...{ id: home, home, name: `server ${home}`, version: '1', address: 'x:1', runtimes: [], memoryMb: 1 },
  ...{ processors: 1, draining: false },
});

type Handler = (request: Readable, response: { writeHead(status: number): void; end(text: string): void }) => unknown;

/** Servers by their homes: their states by function, or the text that they answer. */
function all(
  own: Record<string, Partial<ReservedShare>>,
  others: Record<string, Record<string, Partial<ReservedShare>> | string>,
) {
  const localOf = (states: Record<string, Partial<ReservedShare>>) => ({
    state: ({ functionId }: { readonly functionId: string }) => ({ ...NONE, ...states[functionId] }),
  });
  const unreachable: string[] = [];
  const of = new ReservedOfAll({
    local: localOf(own),
    nodes: { self: nodeOf('self'), others: Object.keys(others).map(nodeOf), onChange: () => () => {} },
    connections: {
      request: async ({ home }, { body }) => {
        const other = others[home];
        if (other === undefined || other === 'down') throw new Error('down');
        let answer = { status: 200, text: String(other) };
        if (typeof other === 'object') {
          let handler: Handler | undefined;
          const route = (_method: string, _path: string, given: unknown): void => {
            handler = given as Handler;
          };
          openReservedDoor({ route } as never, localOf(other));
          await handler?.(Readable.from([body]), {
            writeHead: (status) => {
              answer = { ...answer, status };
            },
            end: (text) => {
              answer = { ...answer, text };
            },
          });
        }
        return {
          status: answer.status,
          headers: {},
          body: Readable.from([Buffer.from(answer.text)]),
          bodySent: true,
        } as never;
      },
    },
    onUnreachable: ({ home }) => unreachable.push(home),
  });
  return { of, unreachable };
}

it('are added up over all servers, with the worst failure', async () => {
  const failing = (failures: number) => ({ reason: `failed ${failures}`, failures, nextTryAt: 5 });
  const { of } = all(
    { f1: { desired: 2, ready: 1, starting: 1, failing: failing(1) } },
    { b: { f1: { desired: 1, ready: 1, failing: failing(7) }, f2: { desired: 3, note: 'no such runtime' } }, c: {} },
  );
  expect(await of.states(SETTINGS)).toEqual({
    states: [
      { desired: 3, ready: 2, starting: 1, failing: failing(7), note: undefined },
      { ...NONE, desired: 3, note: 'no such runtime' },
    ],
    unreachable: [],
  });
});

it('name the servers that give no answer, or none to the settings', async () => {
  const state = { desired: 1, ready: 1, starting: 0 };
  const one = JSON.stringify({ states: [state] });
  const wrong = JSON.stringify({ states: [state, { ...state, ready: -1 }] });
  const { of, unreachable } = all(
    { f1: state },
    { down: 'down', short: one, wrong, text: 'no JSON', ok: { f1: state } },
  );
  const { states, unreachable: names } = await of.states(SETTINGS);
  expect(states[0]).toMatchObject({ desired: 2, ready: 2 });
  expect(names).toEqual(['server down', 'server short', 'server wrong', 'server text']);
  expect(unreachable.sort()).toEqual(['down', 'short', 'text', 'wrong']);
});

it('are asked of no other server without settings', async () => {
  const { of } = all({}, { down: 'down' });
  expect(await of.states([])).toEqual({ states: [], unreachable: [] });
});
