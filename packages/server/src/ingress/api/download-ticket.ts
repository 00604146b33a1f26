import type { Sealer } from '../../lib/sealer.ts';

const LINK_LIFETIME_MS = 15 * 60 * 1000;

/** The contents of a download link, sealed: it cannot be made or changed outside, and needs no other permission. */
export interface Ticket {
  readonly sha256: string;
  readonly fileName: string;
  /** The link ends with this function; undefined for a dependency. */
  readonly functionId?: string;
  /** Ms since the epoch. */
  readonly until: number;
}

/**
 * A link to stored bytes that works for 15 minutes from `now`. `host` is the host by which the caller addressed the
 * server.
 */
export function downloadLink(
  sealer: Sealer,
  file: Omit<Ticket, 'until'>,
  { host, now }: { readonly host: string | undefined; readonly now: number },
): string {
  const ticket: Ticket = { ...file, until: now + LINK_LIFETIME_MS };
  const sealed = Buffer.from(sealer.seal(JSON.stringify(ticket)), 'base64').toString('base64url');
  return `http://${host ?? 'localhost'}/v1/code/${sealed}`;
}

/** Undefined for text that is not a ticket of this server, also for other texts that it sealed. */
export function openTicket(sealer: Sealer, text: string): Ticket | undefined {
  let value: Partial<Ticket>;
  try {
    value = JSON.parse(sealer.open(Buffer.from(text, 'base64url').toString('base64'))) as Partial<Ticket>;
  } catch {
    return undefined;
  }
  const { sha256, fileName, until, functionId } = value;
  if (typeof sha256 !== 'string' || typeof fileName !== 'string' || typeof until !== 'number') return undefined;
  return { sha256, fileName, until, ...(typeof functionId === 'string' ? { functionId } : {}) };
}
