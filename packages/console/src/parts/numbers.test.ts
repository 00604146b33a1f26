import { expect, test } from 'vitest';
import { bytesText } from './numbers.ts';

test.each([
  [0, '0 B'],
  [1023, '1,023 B'],
  [1024, '1 KB'],
  [1.5 * 1024 ** 3, '1.5 GB'],
  [5000 * 1024 ** 4, '5,000 TB'],
])('%i bytes are %s', (bytes, text) => {
  expect(bytesText(bytes, 'en-US')).toBe(text);
});
