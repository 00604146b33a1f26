import type { Client, RouteResponse, Routes } from '@funcgraph/api';
import { usageError } from '../../framework/index.ts';

/** A package with its newest version, or one of its versions. */
export type Dependency = RouteResponse<Routes['listDependencies']>['dependencies'][number];

export interface Lookup {
  readonly client: Client;
  readonly projectId: string;
  readonly signal: AbortSignal;
  /** Decides between packages of one name. */
  readonly runtime?: string | undefined;
}

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * A package by its name or id; own ones take precedence over public ones. Throws a usage error when none or several
 * match.
 */
export async function findPackage(text: string, { client, projectId, signal, runtime }: Lookup): Promise<Dependency> {
  const params = { project_id: projectId };
  if (ID.test(text)) {
    const requested = { params: { ...params, depend_id: text }, signal };
    return (await client.call('showDependency', requested)).data;
  }
  const { data } = await client.call('listDependencies', { params, query: { name: text }, signal });
  const named = data.dependencies.filter(({ name }) => name === text);
  const fitting = runtime === undefined ? named : named.filter((each) => each.runtime === runtime);
  // packages of several languages may share a name; one for another version of the language is better than none
  const found = fitting.length > 0 ? fitting : named;
  const [first, second] = found;
  if (first === undefined) throw usageError(`there is no dependency ${JSON.stringify(text)}`, 'fgs dependencies list');
  if (second === undefined || (second.owner === 'public' && first.owner !== 'public')) return first;
  const runtimes = found.map((each) => each.runtime).join(', ');
  throw usageError(`${text} exists for several runtimes: ${runtimes}`, 'choose one with --runtime, or give its id');
}

/** The ids that functions refer to, of `NAME`, `NAME@VERSION` or ids. Empty text means none. */
export async function versionIds(texts: readonly string[], lookup: Lookup): Promise<string[]> {
  const ids: string[] = [];
  for (const text of texts) {
    if (ID.test(text)) ids.push(text);
    else if (text !== '') ids.push(await versionId(text, lookup));
  }
  return ids;
}

async function versionId(text: string, lookup: Lookup): Promise<string> {
  const [name = '', version, ...rest] = text.split('@');
  if (rest.length > 0 || version === '')
    throw usageError(`--dependency is not NAME or NAME@VERSION: ${JSON.stringify(text)}`);
  const found = await findPackage(name, lookup);
  if (version === undefined) return found.id;
  const params = { project_id: lookup.projectId, depend_id: found.dep_id, version };
  return (await lookup.client.call('showDependencyVersion', { params, signal: lookup.signal })).data.id;
}
