import { createHash, randomBytes } from 'node:crypto';
import type { JoinTokenStore } from './join-token-store.ts';

/** What a new server needs to join, and where. A secret: any machine that has it may join in its place. */
export interface JoinToken {
  /** `host:port` of the internal listener of a member. */
  readonly address: string;
  /** SHA-256 of the certificate of the cluster's authority, hexadecimal. */
  readonly fingerprint: string;
  readonly id: string;
  readonly secret: string;
}

const PREFIX = 'fgs-join-1.';
const LONGEST = 1024;
const SECRET_BYTES = 32;

/** Makes and stores a token for one server, which is good for an hour. Its secret is not stored. */
export async function newJoinToken(
  tokens: Pick<JoinTokenStore, 'add'>,
  { address, fingerprint }: Pick<JoinToken, 'address' | 'fingerprint'>,
): Promise<string> {
  const id = randomBytes(12).toString('hex');
  const secret = randomBytes(SECRET_BYTES).toString('hex');
  await tokens.add({ id, secretHash: hashOf(secret) });
  return `${PREFIX}${Buffer.from([id, secret, fingerprint, address].join(' ')).toString('base64url')}`;
}

/** Undefined for a text that is no token. */
export function parseJoinToken(text: string): JoinToken | undefined {
  const plain = text.trim();
  if (!plain.startsWith(PREFIX) || plain.length > LONGEST) return undefined;
  const parts = Buffer.from(plain.slice(PREFIX.length), 'base64url').toString('utf8');
  const [, id, secret, fingerprint, address] =
    /^([0-9a-f]{24}) ([0-9a-f]{64}) ([0-9a-f]{64}) ([A-Za-z0-9.-]+:\d{1,5}|\[[0-9a-fA-F:.]+\]:\d{1,5})$/.exec(parts) ??
    [];
  if (id === undefined || secret === undefined || fingerprint === undefined || address === undefined) return undefined;
  return { address, fingerprint, id, secret };
}

/** Stored in the place of a secret, which is random and long. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
