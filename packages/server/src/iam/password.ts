import { randomBytes, type ScryptOptions, scrypt, scryptSync, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { PlatformError } from '../lib/platform-error.ts';

/** N of scrypt. */
const COST = 2 ** 15;
const KEY_BYTES = 32;
const SALT_BYTES = 16;
const MIN_CHARS = 8;
export const MAX_PASSWORD_CHARS = 128;
const KINDS: readonly RegExp[] = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/];
const MIN_KINDS = 2;

/**
 * `scrypt$<salt>$<key>`, both in hex. Occupies a thread of the pool that file access needs too: use `PasswordHasher`
 * where many requests are possible.
 */
export async function hashPassword(password: string, cost = COST): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  return hashText(
    salt,
    await promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt)(
      password.normalize('NFC'),
      salt,
      KEY_BYTES,
      settings(cost),
    ),
  );
}

/** Takes about a tenth of a second of this thread. */
export function hashNow(password: string, cost = COST): string {
  const salt = randomBytes(SALT_BYTES);
  return hashText(salt, deriveNow(password, salt, cost));
}

/** Takes about a tenth of a second of this thread. */
export function matchesNow(password: string, hash: string, cost = COST): boolean {
  const [scheme, salt, key] = hash.split('$');
  if (scheme !== 'scrypt' || salt === undefined || key === undefined) throw new Error('unknown password hash');
  return timingSafeEqual(deriveNow(password, Buffer.from(salt, 'hex'), cost), Buffer.from(key, 'hex'));
}

function deriveNow(password: string, salt: Buffer, cost: number): Buffer {
  return scryptSync(password.normalize('NFC'), salt, KEY_BYTES, settings(cost));
}

function settings(N: number): ScryptOptions {
  return { N, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
}

function hashText(salt: Buffer, key: Buffer): string {
  return `scrypt$${salt.toString('hex')}$${key.toString('hex')}`;
}

/** Throws `weak_password`; the message names the broken rule. */
export function checkPassword(password: string, userName: string): void {
  const refuse = (what: string): never => {
    throw new PlatformError('weak_password', `the password ${what}`, {
      hint: `${MIN_CHARS} to ${MAX_PASSWORD_CHARS} characters of at least ${MIN_KINDS} kinds: lower case, upper case, digits, others; not the name of the user.`,
    });
  };
  const { length } = [...password];
  if (length < MIN_CHARS || length > MAX_PASSWORD_CHARS) {
    refuse(`must have ${MIN_CHARS} to ${MAX_PASSWORD_CHARS} characters`);
  }
  if (KINDS.filter((kind) => kind.test(password)).length < MIN_KINDS) {
    refuse('must have at least two kinds of characters');
  }
  const lower = password.toLowerCase();
  const name = userName.toLowerCase();
  if (name.length < 4) return; // too short to say anything about the password
  if (lower.includes(name) || lower.includes([...name].reverse().join('')))
    refuse('must not hold the name of the user');
}

/** A random password. */
export function newPassword(): string {
  return `${randomBytes(12).toString('base64url')}-1a`;
}
