/**
 * `urn:fss:<region>:<project>:function:<package>:<name>[:<version>|:!<alias>]`, and of flows
 * `urn:fss:<region>:<project>:workflow:default:<name>:latest`. The only place that reads or writes one.
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

export interface FlowUrn {
  readonly region: string;
  readonly projectId: string;
  readonly name: string;
}

const FLOW_NAME = /^[\w().\u4e00-\u9fff-]{1,64}$/;
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

/** Flows have no packages and no versions. Returns undefined for anything else than the URN of a flow. */
export function parseFlowUrn(text: string): FlowUrn | undefined {
  const [urn, fss, region = '', projectId = '', kind, pkg, name = '', version, ...more] = text.split(':');
  if (urn !== 'urn' || fss !== 'fss' || kind !== 'workflow' || pkg !== 'default' || more.length > 0) return undefined;
  if (!PART.test(region) || !PART.test(projectId) || !FLOW_NAME.test(name)) return undefined;
  return version === undefined || version === 'latest' ? { region, projectId, name } : undefined;
}

export function formatFlowUrn({ region, projectId, name }: FlowUrn): string {
  return `urn:fss:${region}:${projectId}:workflow:default:${name}:latest`;
}
