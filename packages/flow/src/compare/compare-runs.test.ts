import { describe, expect, it } from 'vitest';
import { compareTries, type RecordedTry } from './compare-runs.ts';

const one = (node: string, more: Partial<RecordedTry> = {}): RecordedTry => ({
  node,
  inside: [],
  attempt: 1,
  status: 'success',
  input: 'i',
  output: 'o',
  ...more,
});
const compared = (first: RecordedTry[], second: RecordedTry[]) =>
  compareTries(first, second).map(({ node, attempt, differs, first: a, second: b }) => [
    node,
    attempt,
    a === undefined ? 'second only' : b === undefined ? 'first only' : differs.join(),
  ]);

describe('two runs', () => {
  it.each<[string, Partial<RecordedTry>, string]>([
    ['nothing', {}, ''],
    ['the state', { status: 'fail' }, 'status'],
    ['what arrived', { input: 'x' }, 'input'],
    ['the result', { output: 'x' }, 'output'],
    ['the error', { error: { code: '4002', message: 'no' } }, 'error'],
    ['the edge', { to: 'b' }, 'to'],
    ['the version of the function', { target: 'v2' }, 'target'],
    ['several', { status: 'fail', to: 'b', target: 'v2' }, 'status,to,target'],
  ])('differ in %s', (_what, change, differs) => {
    expect(compared([one('a')], [one('a', change)])).toEqual([['a', 1, differs]]);
  });

  it('are paired by attempt, and what only one made stands alone', () => {
    expect(compared([one('a'), one('a', { attempt: 2 }), one('b')], [one('c'), one('a')])).toEqual([
      ['a', 1, ''],
      ['a', 2, 'first only'],
      ['b', 1, 'first only'],
      ['c', 1, 'second only'],
    ]);
  });

  it('are paired by iteration and branch, in whatever order they ran', () => {
    const at = (index: number, output: string) => one('f', { inside: [{ node: 'l', index }], output });
    expect(compared([at(0, 'x'), at(1, 'y')], [at(1, 'y'), at(0, 'z')])).toEqual([
      ['f', 1, 'output'],
      ['f', 1, ''],
    ]);
  });

  it('tell a node apart from one of the same id inside another', () => {
    const [within, outside] = [one('f', { inside: [{ node: 's' }] }), one('f')];
    expect(compared([within], [outside])).toEqual([
      ['f', 1, 'first only'],
      ['f', 1, 'second only'],
    ]);
  });

  it('pair tens of thousands of attempts in time that grows with their number', () => {
    const many = Array.from({ length: 50_000 }, (_, index) => one('f', { inside: [{ node: 'l', index }] }));
    const started = process.threadCpuUsage();
    expect(compareTries(many, many.toReversed()).every(({ differs }) => differs.length === 0)).toBe(true);
    expect(process.threadCpuUsage(started).user).toBeLessThan(5_000_000);
  });
});
