import type { NfsExport } from '@funcgraph/agent';

const EXPORT = /^([A-Za-z0-9][A-Za-z0-9.-]{0,252}):(\/|(?:\/[^/]+)+)$/;

/** `host:/path`; undefined for a text of another form. */
export function nfsExport(text: string): NfsExport | undefined {
  const [, host, path] = EXPORT.exec(text) ?? [];
  if (host === undefined || path === undefined) return undefined;
  return path.split('/').some((part) => part === '.' || part === '..') ? undefined : { host, path };
}
