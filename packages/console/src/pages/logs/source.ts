/** A function or an express flow whose log is read. */
export interface Source {
  readonly kind: 'function' | 'flow';
  /** URN of the function, or id of the flow. */
  readonly id: string;
  readonly name: string;
}

/** Streams that stay open; a browser has six connections to a server. */
export const MOST_SOURCES = 3;

/** In the address: a URN, or `flow:<id>:<name>`. */
export const sourceText = ({ kind, id, name }: Source): string => (kind === 'flow' ? `flow:${id}:${name}` : id);

export function sourceOf(text: string): Source | undefined {
  const [first, id = '', name = ''] = text.split(':');
  if (first === 'flow') return id === '' ? undefined : { kind: 'flow', id, name };
  const fn = text.split(':')[6];
  return first !== 'urn' || fn === undefined ? undefined : { kind: 'function', id: text, name: fn };
}

export const sourcesOf = (text: string): readonly Source[] =>
  text
    .split(',')
    .map(sourceOf)
    .filter((source) => source !== undefined)
    .slice(0, MOST_SOURCES);
