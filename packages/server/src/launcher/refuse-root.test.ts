import { expect, it } from 'vitest';
import { StartupError } from '../lib/startup-error.ts';
import { refuseRoot } from './refuse-root.ts';

it('lets root run functions without isolation only when that is allowed by its own word', () => {
  expect(() => refuseRoot('process', { isRoot: true, isAllowed: false })).toThrow(StartupError);
  expect(() => refuseRoot('process', { isRoot: true, isAllowed: true })).not.toThrow();
  expect(() => refuseRoot('process', { isRoot: false, isAllowed: false })).not.toThrow();
  for (const requested of ['auto', 'bubblewrap'] as const) {
    expect(() => refuseRoot(requested, { isRoot: true, isAllowed: false })).not.toThrow();
  }
});
