import { expect, it } from 'vitest';
import { FUNCTION_ERRORS } from './errors/functions.ts';
import { PLATFORM_ERRORS } from './errors/platform.ts';
import { SERVICE_ERRORS } from './errors/services.ts';
import { TRIGGER_ERRORS } from './errors/triggers.ts';
import { ERRORS } from './errors.ts';

it('names each error in one part of the table', () => {
  const parts = [PLATFORM_ERRORS, FUNCTION_ERRORS, TRIGGER_ERRORS, SERVICE_ERRORS];
  expect(parts.reduce((sum, part) => sum + Object.keys(part).length, 0)).toBe(Object.keys(ERRORS).length);
});
