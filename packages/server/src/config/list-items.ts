import type { NfsExport, UserRange } from '@funcgraph/agent';

const EXPORT = /^([A-Za-z0-9][A-Za-z0-9.-]{0,252}):(\/|(?:\/[^/]+)+)$/;
/** Names that the kernel accepts for an interface and that programs do not read as an option. */
const INTERFACE = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/;
/** Users of sandboxes begin far above. */
const MAX_USER = 65_534;

/** `host:/path`; undefined for a text of another form. */
export function nfsExport(text: string): NfsExport | undefined {
  const [, host, path] = EXPORT.exec(text) ?? [];
  if (host === undefined || path === undefined) return undefined;
  return path.split('/').some((part) => part === '.' || part === '..') ? undefined : { host, path };
}

/** Undefined for a text that is none. */
export function interfaceName(text: string): string | undefined {
  return INTERFACE.test(text) ? text : undefined;
}

/** `number` or `from-to`; undefined for a text of another form, and for root. */
export function userRange(text: string): UserRange | undefined {
  const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  const range = { from: Number(first), to: Number(last) };
  return range.from >= 1 && range.from <= range.to && range.to <= MAX_USER ? range : undefined;
}
