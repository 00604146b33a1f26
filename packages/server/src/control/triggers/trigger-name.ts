import type { ErrorCode } from '@funcgraph/api';
import { PlatformError } from '../../lib/platform-error.ts';
import type { WireFields } from '../functions/wire-fields.ts';

const NAME = /^\p{L}[\p{L}\p{N}_-]{0,63}$/u;

/** The name in the settings of a trigger. Throws `code`. */
export function readTriggerName(fields: WireFields, code: ErrorCode): string {
  const name = fields.text('name', { code }) ?? '';
  if (NAME.test(name)) return name;
  throw new PlatformError(code, name === '' ? 'name is missing' : 'name is not a name for a trigger', {
    hint: '1 to 64 letters, digits, _ and -; starts with a letter.',
  });
}
