import { PlatformError } from '../../lib/platform-error.ts';
import { checkLength } from '../checks.ts';
import type { NewGatewayApp } from './types.ts';

const NAME = /^\p{L}[\p{L}\p{N}_-]{0,63}$/u;
const KEY = /^[A-Za-z0-9][A-Za-z0-9_-]{7,127}$/;
const SECRET = /^[\x21-\x7e]{16,128}$/;
const MAX_DESCRIPTION_CHARS = 255;

/** Throws `invalid_request`. */
export function checkApp({ name, description, appKey, secret }: NewGatewayApp): void {
  if (!NAME.test(name)) throw wrong('name', '1 to 64 letters, digits, _ and -; starts with a letter.');
  if (appKey !== undefined && !KEY.test(appKey)) {
    throw wrong('app_key', '8 to 128 letters, digits, _ and -; starts with a letter or digit.');
  }
  if (secret !== undefined && !SECRET.test(secret)) {
    throw wrong('app_secret', '16 to 128 visible characters of ASCII, no blanks.');
  }
  if ((appKey === undefined) !== (secret === undefined)) {
    throw new PlatformError('invalid_request', 'app_key and app_secret must be set together', {
      hint: 'Give both to keep those of another gateway, or none to get new ones.',
    });
  }
  checkLength('description', description, MAX_DESCRIPTION_CHARS);
}

function wrong(field: string, hint: string): PlatformError {
  return new PlatformError('invalid_request', `${field} is not usable`, { hint });
}
