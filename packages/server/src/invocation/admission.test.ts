import { expect, it } from 'vitest';
import { type AdmissionSnapshot, admit } from './admission.ts';

const base: AdmissionSnapshot = { maxInstances: 400, enabled: true };

it.each<[string, Partial<AdmissionSnapshot>, ReturnType<typeof admit>]>([
  ['admits a function that is enabled', {}, { kind: 'admit' }],
  ['throttles a function with no instances', { maxInstances: 0 }, { kind: 'throttle', reason: 'function disabled' }],
  ['throttles a disabled function', { enabled: false }, { kind: 'throttle', reason: 'function disabled' }],
  ['admits a function without a limit', { maxInstances: -1 }, { kind: 'admit' }],
])('%s', (_, change, expected) => {
  expect(admit({ ...base, ...change })).toEqual(expected);
});
