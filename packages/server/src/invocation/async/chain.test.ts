import { parseUrn } from '@funcgraph/api';
import { expect, it } from 'vitest';
import { cut, hopOf, MAX_CHAIN } from './chain.ts';

const urn = (tail: string) => {
  const parsed = parseUrn(`urn:fss:r:p:function:default:${tail}`);
  if (parsed === undefined) throw new Error('no URN');
  return parsed;
};
const chain = (...tails: string[]): string[] => tails.map((tail) => hopOf(urn(tail)));

it.each([
  [[], 'a', undefined],
  [['a'], 'b', undefined],
  [['a', 'b'], 'a', 'the destinations form a loop: default:a:latest -> default:b:latest -> default:a:latest'],
  [['a:latest', 'b'], 'a', 'the destinations form a loop: default:a:latest -> default:b:latest -> default:a:latest'],
  [['a'], 'a', 'the destinations form a loop: default:a:latest -> default:a:latest'],
  [['a:!live'], 'a:v1', undefined],
  [['a:!live', 'b'], 'a:!live', 'the destinations form a loop: default:a:!live -> default:b:latest -> default:a:!live'],
] as const)('after %j comes %s: %s', (before, next, message) => {
  expect(cut(chain(...before), urn(next))?.message).toBe(message);
});

it('ends after ten functions', () => {
  const before = chain(...Array.from({ length: MAX_CHAIN }, (_, n) => `f${n}`));
  expect(cut(before.slice(1), urn('next'))).toBeUndefined();
  expect(cut(before, urn('next'))).toMatchObject({ reason: 'long_chain' });
  expect(cut(before, urn('next'))?.message).toMatch(
    /^more than 10 functions one after another: default:f0:latest -> .*next:latest$/,
  );
});
