import { parseUrn, type Route } from '@funcgraph/api';
import type { FunctionRef } from '../../iam/index.ts';
import { memo } from '../../lib/memo.ts';

/** The parts of a request that can name a resource. */
export interface RequestParts {
  readonly params: object;
  readonly query?: unknown;
  readonly body?: unknown;
}

/** The resource of one request, from the place that its route declares. */
export interface ResourceRef {
  readonly fn?: FunctionRef | undefined;
  /** Set for a function that does not exist yet; empty for the default one. */
  readonly enterpriseProjectId?: string;
  /** Of any other resource, and the text of a URN that names no function; empty when the request names none. */
  readonly name: string;
}

const functionOf = memo(2000, 512, (urn): FunctionRef | undefined => {
  const parsed = parseUrn(urn);
  return parsed === undefined ? undefined : { package: parsed.package, name: parsed.name };
});

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

/** Of a list that names many resources, as much is kept as people read. */
const MAX_LIST_CHARS = 1000;

function textOf(value: unknown, name: string): string {
  const found = fieldOf(value, name);
  if (!Array.isArray(found)) return typeof found === 'string' ? found : '';
  return found
    .filter((one) => typeof one === 'string')
    .join(' ')
    .slice(0, MAX_LIST_CHARS);
}

/** `path` is a name, or the names of nested objects with dots between them. */
function textAt(value: unknown, path: string): string {
  const [last = '', ...outer] = path.split('.').reverse();
  return textOf(outer.reduceRight(fieldOf, value), last);
}

/** The only parser of resource names that authorization and the audit log use. */
export function resourceOf({ resource }: Pick<Route, 'resource'>, parts: RequestParts): ResourceRef {
  switch (resource.kind) {
    case 'none':
      return { name: '' };
    case 'function': {
      const urn = textOf(resource.in === 'path' ? parts.params : parts.query, resource.field);
      const fn = functionOf(urn);
      return fn === undefined ? { name: urn } : { fn, name: '' };
    }
    case 'new-function': {
      const name = textOf(parts.body, 'func_name');
      if (name === '') return { name };
      const fn = { package: textOf(parts.body, 'package') || 'default', name };
      return { fn, enterpriseProjectId: textOf(parts.body, 'enterprise_project_id'), name: '' };
    }
    case 'other': {
      const from = resource.in === 'path' ? parts.params : parts[resource.in];
      const names = resource.fields.map((field) => textAt(from, field)).filter((text) => text !== '');
      return { name: names.join('/') };
    }
  }
}

/** The project in a path, which may be empty; undefined for resources of the account or the machine. */
export function projectOf({ path }: Pick<Route, 'path'>, params: object): string | undefined {
  return path.includes('{project_id}') ? textOf(params, 'project_id') : undefined;
}
