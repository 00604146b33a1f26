import { expect, it } from 'vitest';
import { readText, writeText } from './definition-text.ts';

const FLOW = {
  name: 'f',
  nodes: [{ id: 'start', kind: 'start', position: { x: 0, y: -1.5 } }],
  constants: { on: 'no' },
};

it.each(['json', 'yaml'] as const)('a definition is the same after it was written as %s', (format) => {
  expect(readText(writeText(FLOW, format), format)).toEqual(FLOW);
});

it('refuses references that grow beyond measure', () => {
  const bomb = `a: &a [x, x]\n${[...'bcdefghij'].map((letter, at) => `${letter}: &${letter} [${`*${'abcdefghi'[at]}, `.repeat(9)}x]`).join('\n')}`;
  expect(() => readText(bomb, 'yaml')).toThrow(/alias/i);
});
