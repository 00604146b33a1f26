import { beforeEach, expect, it } from 'vitest';
import type { LaunchSpec } from '../instances/index.ts';
import { ManualClock } from '../lib/manual-clock.ts';
import { type FirstLine, RequestLogs } from './request-logs.ts';

const start = Date.UTC(2026, 2, 10, 12);
const spec = { key: 'id:latest:1:128', functionKey: 'p1:default:f', version: 'latest' } as LaunchSpec;
let clock: ManualClock;
/** How much the clock was set forward. */
let setBy: number;
let followed: boolean;
let stored: string[];
let shown: string[];
let logs: RequestLogs;

beforeEach(() => {
  clock = new ManualClock(start);
  setBy = 0;
  followed = false;
  stored = [];
  shown = [];
  const textOf = ({ time, message }: { time: number; message: string }): string =>
    `${time - start} ${message.split(',')[0]}`;
  logs = new RequestLogs(
    {
      append(lines) {
        stored.push(...lines.map(textOf));
        shown.push(...lines.map(textOf));
      },
      write: (line) => void stored.push(textOf(line)),
      show: (line) => void shown.push(textOf(line)),
      isFollowed: () => followed,
    },
    {
      now: () => clock.now() + setBy,
      monotonic: () => clock.monotonic(),
      after: (ms, run) => clock.after(ms, run),
      afterReads: (ms, run) => clock.afterReads(ms, run),
    },
    (_, functionId) => functionId === 'replaced',
  );
});

const begin = (requestId = 'r', firstLine?: FirstLine): void =>
  logs.started('i', spec, { requestId, traceparent: undefined, depth: undefined, firstLine });
const finish = (requestId = 'r', startedAt = start) => {
  const facts = logs.finished('i', spec, { requestId, depth: undefined, startedAt, text: () => `Finish ${requestId}` });
  logs.ended('i', requestId);
  return facts;
};
const move = (): FirstLine | undefined => {
  const firstLine = logs.moved('i', 'r');
  logs.ended('i', 'r');
  return firstLine;
};
const print = (text: string): void =>
  logs.fromInstance('i', spec, { time: clock.now(), requestId: 'r', level: 'INFO', text });

it('a short request that logs nothing stores no line: its record says when they were', () => {
  begin();
  clock.advance(7);
  expect(finish()).toEqual({ startLineMs: 0, finishLineMs: 7 });
  clock.advance(1000);
  expect(stored).toEqual([]);
});

it('a request that moved to another instance before it began stores no line of the first one', () => {
  begin();
  clock.advance(5);
  expect(move()).toBeUndefined();
  clock.advance(1000);
  expect(stored).toEqual([]);
});

it('a request that moved to another instance is shown to followers with one first line', () => {
  followed = true;
  begin();
  clock.advance(5);
  begin('r', move());
  expect(finish()).toEqual({ startLineMs: 5, finishLineMs: 5 });
  expect(shown).toEqual(["0 Start invoke request 'r'", '5 Finish r']);
  expect(stored).toEqual([]);
});

it('a request that waited over 100 ms in an instance and moved then has one first line, stored or shown', () => {
  for (followed of [false, true]) {
    begin();
    clock.advance(120);
    begin('r', move());
    clock.advance(120);
    begin('r', move());
    finish();
  }
  expect(stored).toEqual(["0 Start invoke request 'r'", "240 Start invoke request 'r'"]);
  expect(shown).toEqual([...stored, '480 Finish r']);
});

it('the first line of a request is stored before the first one that it writes, and its last one is not stored', () => {
  begin();
  clock.advance(3);
  print('hello');
  expect(finish()).toEqual({ finishLineMs: 3 });
  expect(stored).toEqual(["0 Start invoke request 'r'", '3 hello']);
});

it('the first line of a request that takes over 100 ms is stored while it runs, with its time', () => {
  begin('slow');
  clock.advance(60);
  begin('quick');
  clock.advance(60);
  expect(stored).toEqual(["0 Start invoke request 'slow'"]);
  finish('quick');
  clock.advance(300);
  expect(stored).toHaveLength(1);
  expect(finish('slow')).toEqual({ finishLineMs: 420 });
});

it('a request that ends without its last line, as when the server stops, leaves its first one', () => {
  begin();
  logs.ended('i', 'r');
  expect(stored).toEqual(["0 Start invoke request 'r'"]);
});

it('followers get every line once, at once and in order', () => {
  followed = true;
  begin();
  expect(shown).toEqual(["0 Start invoke request 'r'"]);
  print('hello');
  finish();
  expect(shown).toEqual(["0 Start invoke request 'r'", '0 hello', '0 Finish r']);
  begin('short');
  finish('short');
  expect(shown.slice(3)).toEqual(["0 Start invoke request 'short'", '0 Finish short']);
  expect(stored).toEqual(["0 Start invoke request 'r'", '0 hello']);
});

it('the end of the log has the first and the last line', () => {
  const tail = logs.openTail('i', 'r', 2048);
  begin();
  finish();
  expect(tail.text()).toBe(
    "2026-03-10T12:00:00.000Z Start invoke request 'r', version: latest\n2026-03-10T12:00:00.000Z Finish r\n",
  );
});

it('a line of the platform about a request that has just ended comes after its last one', () => {
  begin();
  const { finishLineMs } = finish();
  logs.fromPlatform('', spec, 'r', 'Async invocation');
  expect(finishLineMs).toBe(0);
  expect(stored).toEqual(['1 Async invocation']);
});

it('a first line that could not be stored in time, or after the clock was set, is stored at the end', () => {
  begin();
  setBy = 60_000;
  expect(finish()).toEqual({ finishLineMs: 60_000 });
  expect(stored).toEqual(["0 Start invoke request 'r'"]);
});

it('lines of a function whose name another one has are not stored, and reach its caller', () => {
  const tail = logs.openTail('i', 'r', 1000);
  const old = { ...spec, key: 'replaced:latest:1:128' };
  logs.fromInstance('i', old, { time: clock.now(), requestId: 'r', level: 'INFO', text: 'printed' });
  logs.fromPlatform('i', old, 'r', 'noted');
  logs.fromPlatform('', { functionKey: spec.functionKey, version: 'latest', functionId: 'replaced' }, 'r', 'queued');
  expect(stored).toEqual([]);
  expect(tail.text()).toMatch(/printed.*noted/s);
});
