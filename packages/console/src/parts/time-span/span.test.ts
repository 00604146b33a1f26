import { expect, test } from 'vitest';
import { fieldMs, fieldText, spanOf } from './span.ts';

const NOW = Date.parse('2027-01-02T12:00:00Z');
const DAY_MS = 86_400_000;

test('a named range ends now', () => {
  expect(spanOf({ range: '1d', from: '', to: '' }, '1h', NOW)).toEqual({ name: '1d', from: NOW - DAY_MS, to: NOW });
});

test('a range of its own is that of the address', () => {
  const custom = { range: 'custom', from: '2027-01-01T00:00:00.000Z', to: '2027-01-01T06:00:00.000Z' };
  expect(spanOf(custom, '1h', NOW)).toEqual({
    name: 'custom',
    from: Date.parse(custom.from),
    to: Date.parse(custom.to),
  });
});

test.each([
  { range: 'custom', from: 'x', to: '2027-01-01T06:00:00.000Z' },
  { range: 'custom', from: '2027-01-01T06:00:00.000Z', to: '2027-01-01T00:00:00.000Z' },
  { range: 'century', from: '', to: '' },
])('an address without a range means the usual one: %o', (fields) => {
  expect(spanOf(fields, '1d', NOW)).toMatchObject({ from: NOW - DAY_MS, to: NOW });
});

test.each([true, false])('a field of date and time means the moment that it shows, in UTC: %s', (isUtc) => {
  expect(fieldMs(fieldText(NOW, isUtc), isUtc)).toBe(NOW);
});

test('an incomplete field means no moment', () => {
  expect(fieldMs('', true)).toBeNaN();
});
