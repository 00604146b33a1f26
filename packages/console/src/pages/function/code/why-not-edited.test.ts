import { expect, test } from 'vitest';
import { reasonBeforeReading } from './why-not-edited.ts';

test.each([
  ['Node.js20.15', 'zip', 100, undefined],
  ['Python3.12', 'inline', 100, undefined],
  ['http', 'zip', 100, undefined],
  ['Java17', 'jar', 100, 'compiled'],
  ['Go1.x', 'zip', 100, 'compiled'],
  ['Custom Image', 'Custom-Image-Swr', 0, 'image'],
  ['Node.js20.15', 'zip', 3 * 1024 * 1024 + 1, 'large'],
])('%s as %s with %i bytes: %s', (runtime, code_type, code_size, reason) => {
  expect(reasonBeforeReading({ runtime, code_type, code_size })).toBe(reason);
});
