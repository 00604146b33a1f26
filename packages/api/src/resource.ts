/** How an operation names its resource. Authorization and the audit log read no other part of a request. */
export type ResourceSource =
  /** An existing function, by its URN. */
  | { readonly kind: 'function'; readonly in: 'path' | 'query'; readonly field: string }
  /** A function that the body describes: `func_name`, `package`, `enterprise_project_id`. */
  | { readonly kind: 'new-function' }
  /** Another resource, for the audit log. Fields of a body may be nested: `user.name`. */
  | { readonly kind: 'other'; readonly in: 'path' | 'query' | 'body'; readonly fields: readonly string[] }
  | { readonly kind: 'none' };

export const NEW_FUNCTION: ResourceSource = { kind: 'new-function' };

export function urnIn(place: 'path' | 'query', field: string): ResourceSource {
  return { kind: 'function', in: place, field };
}

export function namedIn(place: 'query' | 'body', ...fields: string[]): ResourceSource {
  return { kind: 'other', in: place, fields };
}

/** A path names its function in `{function_urn}`, and other resources in all its parameters but the project. */
export function resourceInPath(path: string): ResourceSource {
  const fields = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  if (fields.includes('function_urn')) return urnIn('path', 'function_urn');
  const others = fields.filter((name) => name !== 'project_id');
  return others.length === 0 ? { kind: 'none' } : { kind: 'other', in: 'path', fields: others };
}
