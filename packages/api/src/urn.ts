/**
 * `urn:fss:<region>:<project>:function:<package>:<name>[:<version>|:!<alias>]`. The only place that reads or writes one.
 */

export type Qualifier =
  | { readonly kind: 'version'; readonly name: string }
  | { readonly kind: 'alias'; readonly name: string };

export interface FunctionUrn {
  readonly region: string;
  readonly projectId: string;
  readonly package: string;
  readonly name: string;
  readonly qualifier?: Qualifier;
}

const PART = /^[A-Za-z0-9_.-]{1,128}$/;

/** Returns undefined for anything that is not a function URN. Accepts no blanks, no empty parts. */
export function parseUrn(text: string): FunctionUrn | undefined {
  const parts = text.split(':');
  const [urn, fss, region, projectId, kind, pkg, name, qualifier] = parts;
  if (urn !== 'urn' || fss !== 'fss' || kind !== 'function' || parts.length > 8) return undefined;
  if (region === undefined || projectId === undefined || pkg === undefined || name === undefined) return undefined;
  if (![region, projectId, pkg, name].every((part) => PART.test(part))) return undefined;
  const base = { region, projectId, package: pkg, name };
  if (qualifier === undefined) return base;
  const parsed = parseQualifier(qualifier);
  return PART.test(parsed.name) ? { ...base, qualifier: parsed } : undefined;
}

export function formatUrn(urn: FunctionUrn): string {
  const base = `urn:fss:${urn.region}:${urn.projectId}:function:${urn.package}:${urn.name}`;
  return urn.qualifier === undefined ? base : `${base}:${formatQualifier(urn.qualifier)}`;
}

/** Reads the name of a version, or `!alias`. Checks no characters. */
export function parseQualifier(text: string): Qualifier {
  return text.startsWith('!') ? { kind: 'alias', name: text.slice(1) } : { kind: 'version', name: text };
}

/** The name of a version, or `!alias`. */
export function formatQualifier({ kind, name }: Qualifier): string {
  return kind === 'alias' ? `!${name}` : name;
}
