import { expect, it } from 'vitest';
import { callbackIdIn } from './callback-id.ts';

const SECRET = 'abcdefghij_klmnopqrst-uvwxyz0123';

it('finds the id of a callback in the values that functions got', () => {
  const values = { nodes: [{ input: { link: `https://x/?id=decision.${SECRET}&to=1` } }] };
  expect(callbackIdIn(values, 'decision')).toBe(`decision.${SECRET}`);
  expect(callbackIdIn(values, 'decision#12')).toBe(`decision.${SECRET}#12`);
});

it('takes no other text for it', () => {
  expect(callbackIdIn({ text: `decision.${SECRET}4` }, 'decision')).toBeUndefined();
  expect(callbackIdIn({ text: `decisionX${SECRET}` }, 'decision')).toBeUndefined();
  expect(callbackIdIn({ text: `b.${SECRET}` }, 'a.c')).toBeUndefined();
});
