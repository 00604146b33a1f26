import type { FlowDefinition, Json, NodeTry, RunHistory, Value } from '@funcgraph/flow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RUN_LINES, runLines } from './run-lines.ts';

const value = (json: Json): Value => ({ json, bytes: Buffer.byteLength(JSON.stringify(json)) });
const error = { code: '4002', message: 'no "luck"\nat all' };

function tried(node: string, status: NodeTry['status'], more: Partial<NodeTry> = {}): NodeTry {
  return { node, inside: [], attempt: 1, status, input: value({ n: 1 }), startedAt: 10, endedAt: 15, ...more };
}

type Ended = Pick<RunHistory, 'started' | 'end' | 'output' | 'tries'>;

function ended(status: 'success' | 'fail' | 'timeout' | 'cancel', tries: readonly NodeTry[]): Ended {
  const failure = { error_code: error.code, error_message: error.message };
  return {
    started: { v: 1, at: 5, type: 'run_started', input: value({ n: 1 }) } as RunHistory['started'],
    end: { v: 1, at: 45, type: 'run_finished', status, ...(status === 'fail' ? { error: failure } : {}) },
    output: value({ sum: 3 }),
    tries: [...tries],
  };
}

const NODES = ['a', 'b'].map((id) => ({ id, name: id === 'a' ? 'Pay the bill' : id, kind: 'function' }));
const lines = (run: Ended, log_level: FlowDefinition['log_level']) =>
  runLines(run, {
    nodes: NODES as unknown as FlowDefinition['nodes'],
    ...(log_level === undefined ? {} : { log_level }),
  });

describe('the lines of a run', () => {
  const started = { time: 5, level: 'INFO', message: 'run started, input 7 B {"n":1}' };
  const a = {
    time: 15,
    level: 'INFO',
    message: 'node a (Pay the bill) success in 5 ms, input 7 B {"n":1}, output 2 B {}',
  };
  const b = {
    time: 18,
    level: 'ERROR',
    message: 'node b fail in 8 ms, input 7 B {"n":1}, error 4002 "no \\"luck\\"\\nat all", request r1',
  };
  const cut = { time: 45, level: 'WARN', message: 'node b cancel in 35 ms, input 7 B {"n":1}' };
  const tryA = tried('a', 'success', { output: value({}) });
  const tryB = tried('b', 'fail', { endedAt: 18, error, requestId: 'r1' });
  const tryCut = tried('b', 'cancel', { endedAt: 45 });
  const end = (level: string, message: string) => ({ time: 45, level, message });
  const good = end('INFO', 'run success in 40 ms, output 9 B {"sum":3}');
  const bad = end('ERROR', 'run fail in 40 ms, error 4002 "no \\"luck\\"\\nat all"');
  const late = end('ERROR', 'run timeout in 40 ms');
  const stopped = end('WARN', 'run cancel in 40 ms');

  it.each([
    ['ALL', 'success', [tryA], [started, a, good]],
    ['ALL', 'success', [tryB, tryA], [started, a, b, good]],
    ['ALL', 'fail', [tryA, tryB], [started, a, b, bad]],
    ['ALL', 'timeout', [tryA, tryCut], [started, a, cut, late]],
    ['ALL', 'cancel', [tryA, tryCut], [started, a, cut, stopped]],
    ['ERROR', 'success', [tryB, tryA], []],
    ['ERROR', 'cancel', [tryB, tryCut], []],
    ['ERROR', 'fail', [tryA, tryB, tryCut], [started, b, bad]],
    ['ERROR', 'timeout', [tryA, tryB, tryCut], [started, b, cut, late]],
    ['NONE', 'success', [tryA], []],
    ['NONE', 'fail', [tryA, tryB], []],
    ['NONE', 'timeout', [tryCut], []],
    ['NONE', 'cancel', [tryCut], []],
    [undefined, 'fail', [tryB], []],
  ] as const)('at level %s, of a run with the end %s', (level, status, tries, expected) => {
    expect(lines(ended(status, tries), level)).toEqual(expected);
  });

  it('are none of a run that has not ended', () => {
    expect(lines({ ...ended('success', []), end: undefined }, 'ALL')).toEqual([]);
  });

  it('keep the order of the tries at the same time', () => {
    const tries = ['x', 'y', 'z'].map((node, at) => tried(node, at === 1 ? 'fail' : 'success'));
    const shown = lines(ended('fail', tries), 'ALL').slice(1, -1);
    expect(shown.map(({ message }) => message.slice(0, 6))).toEqual(['node x', 'node y', 'node z']);
  });

  it('leave out successful tries first, and count what is left out', () => {
    const tries = Array.from({ length: 1000 }, (_, at) => tried(`n${at}`, at === 999 ? 'fail' : 'success'));
    const shown = lines(ended('fail', tries), 'ALL');
    expect(shown).toHaveLength(RUN_LINES.nodes + 2);
    expect(shown.at(-2)?.message).toMatch(/^node n999 fail/);
    expect(shown.at(-1)?.message).toMatch(/, 800 more tries of nodes are not logged$/);
  });

  it('are bounded in bytes, whatever the values, names and errors are', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom('€'.repeat(5000), '\n'.repeat(9000)),
    );
    const each = fc.record({
      node: fc.constantFrom('a', '長'.repeat(256)),
      text,
      status: fc.constantFrom('fail', 'success'),
    });
    fc.assert(
      fc.property(fc.array(each, { maxLength: 60 }), fc.constantFrom('ALL', 'ERROR'), (all, level) => {
        const tries = all.map(({ node, text, status }) =>
          tried(node, status, { input: value({ text }), output: value([text]), error: { code: '1', message: text } }),
        );
        const shown = lines({ ...ended('fail', tries), output: value(tries.length) }, level);
        const bytes = shown.reduce((sum, { message }) => sum + Buffer.byteLength(message), 0);
        expect(bytes).toBeLessThanOrEqual(RUN_LINES.bytes);
        expect(shown.every(({ message }) => !message.includes('\n'))).toBe(true);
      }),
      { numRuns: 25 },
    );
  });
});
