import type { Json, Value } from '@funcgraph/flow';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CallbackSecrets } from '../callback-secrets.ts';
import { shownText, shownValue } from './shown-value.ts';

const value = (json: Json): Value => ({ json, bytes: Buffer.byteLength(JSON.stringify(json)) });
const large: Value = { digest: 'd', bytes: 20_000 };
const ID = new CallbackSecrets('key').idOf('run', 'decision');
const SECRET = ID.slice('decision.'.length);

it.each([
  ['a small value as JSON', value({ a: [1, 'ü'] }), '14 B {"a":[1,"ü"]}'],
  ['a composed value', { base: null, path: ['r'], value: { list: [value(1)], bytes: 3 }, bytes: 9 }, '9 B {"r":[1]}'],
  ['of a large value its size', large, '20000 B'],
  ['of a value with a large part its size', { base: large, path: ['r'], value: value(1), bytes: 20_006 }, '20006 B'],
] as const)('shows %s', (_what, given, text) => {
  expect(shownValue(given)).toBe(text);
});

it('cuts after a kilobyte, between two characters', () => {
  const shown = shownValue(value(`a${'€'.repeat(1000)}`));
  expect(shown).toBe(`3003 B "a${'€'.repeat(340)}… (cut)`);
});

it.each([
  ['alone', ID],
  ['of an iteration', `${ID}#12`],
  ['in an address', `https://example.com/back?id=${ID}&ok=1`],
  ['in JSON', JSON.stringify({ callback: ID })],
])('hides the secret of a callback %s', (_where, text) => {
  expect(shownText(text)).toBe(text.replace(SECRET, '*'.repeat(32)));
});

it('keeps texts that are no secrets', () => {
  const text = 'v1.2 urn:fss:local:p:workflow:default:f:latest 0123456789abcdef0123456789abcdef x.y';
  expect(shownText(text)).toBe(text);
});

it('shows no part of a secret where the text is cut', () => {
  fc.assert(
    fc.property(fc.nat(2200), fc.integer({ min: 1, max: 80 }), (before, ids) => {
      const shown = shownText(JSON.stringify({ pad: '€'.repeat(before / 3), ids: Array(ids).fill(ID) }));
      for (let at = 0; at <= 28; at += 1) expect(shown).not.toContain(SECRET.slice(at, at + 4));
    }),
  );
});
