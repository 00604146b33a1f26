import { expect, test } from 'vitest';
import { sourcesOf, sourceText } from './source.ts';

const FUNCTION = 'urn:fss:r:p:function:default:pay';

test('sources stand in the address', () => {
  const text = `${FUNCTION},flow:0a1:order`;
  const sources = sourcesOf(text);
  expect(sources).toEqual([
    { kind: 'function', id: FUNCTION, name: 'pay' },
    { kind: 'flow', id: '0a1', name: 'order' },
  ]);
  expect(sources.map(sourceText).join()).toBe(text);
});

test('what is no source is left out, and so is what is too much', () => {
  expect(sourcesOf('')).toEqual([]);
  expect(sourcesOf('flow::x,pay,urn:fss')).toEqual([]);
  expect(sourcesOf(Array(9).fill(FUNCTION).join())).toHaveLength(3);
});
