import { expect, it } from 'vitest';
import { type AdmissionSnapshot, admit } from './admission.ts';

const base: AdmissionSnapshot = { maxInstances: 400, enabled: true, inFlight: 0, accountConcurrency: 100 };

it.each<[string, Partial<AdmissionSnapshot>, ReturnType<typeof admit>]>([
  ['admits below the limits', {}, { kind: 'admit' }],
  ['admits the last request below the account limit', { inFlight: 99 }, { kind: 'admit' }],
  ['throttles at the account limit', { inFlight: 100 }, { kind: 'throttle', reason: 'account concurrency' }],
  ['throttles a function with no instances', { maxInstances: 0 }, { kind: 'throttle', reason: 'function disabled' }],
  ['throttles a disabled function', { enabled: false }, { kind: 'throttle', reason: 'function disabled' }],
  ['admits a function without a limit', { maxInstances: -1 }, { kind: 'admit' }],
])('%s', (_, change, expected) => {
  expect(admit({ ...base, ...change })).toEqual(expected);
});
