import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { PlatformError } from '../lib/platform-error.ts';

const COST = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
const KEY_BYTES = 32;
const MIN_CHARS = 8;
export const MAX_PASSWORD_CHARS = 128;
const KINDS: readonly RegExp[] = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/];
const MIN_KINDS = 2;

function derive(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, KEY_BYTES, COST, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

/** `scrypt$<salt>$<key>`, both in hex. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  return `scrypt$${salt.toString('hex')}$${(await derive(password, salt)).toString('hex')}`;
}

export async function passwordMatches(password: string, hash: string): Promise<boolean> {
  const [scheme, salt, key] = hash.split('$');
  if (scheme !== 'scrypt' || salt === undefined || key === undefined) throw new Error('unknown password hash');
  return timingSafeEqual(await derive(password, Buffer.from(salt, 'hex')), Buffer.from(key, 'hex'));
}

/** Throws `weak_password`; the message says which rule is broken. */
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

/** One that nobody has to think of. */
export function newPassword(): string {
  return `${randomBytes(12).toString('base64url')}-1a`;
}
