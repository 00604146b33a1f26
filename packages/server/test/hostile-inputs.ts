import type { Route } from '@funcgraph/api';

/** The parts of a JSON schema that this test needs. */
interface Schema {
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

type Path = readonly (string | number)[];

const MEBIBYTE = 1024 * 1024;

/** A request before it is signed. */
export interface Attempt {
  readonly what: string;
  /** Path with its query, encoded as the client likes. */
  readonly target: string;
  readonly body: Buffer;
}

export interface Usual {
  readonly params: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Readers treat the values of one group alike: each field gets one of them, the next field the next. */
type Groups<T> = readonly (readonly T[])[];

/** Values that any field of a body may get. */
const VALUES: Groups<unknown> = [
  [''],
  [' ', '\0', '\ud800', 'é😀\u202e\r\nX-Injected: 1', '../../../etc/passwd'],
  ['some text', '__proto__', 'null'],
  [`urn:fss:local-1:p:function:default:hello:${'x'.repeat(300)}`, 'x'.repeat(5000)],
  ['-1', '9999999999'],
  [-1, 1e300, 2 ** 53],
  [0],
  [1.5],
  [true],
  [null],
  [[]],
  [[null], [[]]],
  [[{}]],
  [{}, { a: { b: [1] } }, { constructor: 1, toString: 'x', hasOwnProperty: null }],
];

/** The same in a path: raw, as a client could write it. */
const IN_PATH: Groups<string> = [
  ['%00', '%2e%2e%2f%2e%2e', '..%2F..%2Fetc', 'a%0d%0ab'],
  ['%zz', '%ff%fe'],
  ['x', '__proto__', 'constructor'],
  ['%F0%9F%98%80', "'%20OR%201=1--"],
  ['urn:fss', 'urn:fss:::::::', 'urn:fss:local-1:p:function:default:hello:!'],
  ['x'.repeat(400)],
  ['x'.repeat(700)],
  ['-1', '1e9'],
  ['0', '99999999999999999999'],
];

const IN_QUERY: Groups<string> = [
  [''],
  ['-1'],
  ['1.5', '1e300', '99999999999999999999'],
  ['text', '%00', '%zz', '__proto__'],
  ['x'.repeat(3000)],
];

/** Every place gets every group, not only its part of them: `npm run hostile:full`. */
const IS_WHOLE = process.env.FGS_HOSTILE_FULL === '1';

/** One value of every `step`th group: so many places that follow each other, or operations, get all of them. */
function share<T>(groups: Groups<T>, turn: number, step: number): T[] {
  const chosen = IS_WHOLE ? groups : groups.filter((_, at) => (at + turn) % step === 0);
  const round = Math.floor(turn / step);
  return chosen.flatMap((group) => group.slice(round % group.length).slice(0, 1));
}

/** Whole bodies that are no object of fields. */
const BODY_GROUPS: Groups<readonly [string, string | Buffer]> = [
  [
    ['empty', ''],
    ['null', 'null'],
    ['an empty object', '{}'],
    ['a prototype', '{"__proto__":{"func_name":"x"},"constructor":{}}'],
  ],
  [['no JSON', '{"a":']],
  [['bytes', Buffer.from([0xff, 0xfe, 0x00, 0x80])]],
  [
    ['a number', '1'],
    ['a text', '"x"'],
    ['a flag', 'true'],
    ['a list', '[]'],
    ['a list of lists', '[[[]]]'],
  ],
  [
    ['a deep list', `${'['.repeat(20_000)}${']'.repeat(20_000)}`],
    ['a deep object', `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`],
    ['a deeper list than the engine can walk', '['.repeat(70_000)],
    ['more values than any document has', `[${'{},'.repeat(300_000)}{}]`],
  ],
  [['the same key twice', '{"name":"a","name":1}']],
];

export const BODIES = BODY_GROUPS.flat();

/** Every field of a schema, those of objects in lists and alternatives too. */
function fieldsOf(schema: Schema, path: Path = []): Path[] {
  return (schema.anyOf ?? [schema]).flatMap((one): Path[] => {
    if (one.items !== undefined) return [[...path, 0], ...fieldsOf(one.items, [...path, 0])];
    const named = Object.entries(one.properties ?? {});
    const free = Object.values(one.patternProperties ?? {}).map((part): [string, Schema] => ['v1', part]);
    return [...named, ...free].flatMap(([name, part]) => [[...path, name], ...fieldsOf(part, [...path, name])]);
  });
}

/** A copy with `value` at `path`, and the required fields around it. */
function withValue(whole: unknown, path: Path, value: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  if (typeof first === 'number') return [withValue(Array.isArray(whole) ? whole[0] : undefined, rest, value)];
  const holder = typeof whole === 'object' && whole !== null && !Array.isArray(whole) ? whole : {};
  return { ...holder, [first]: withValue((holder as Record<string, unknown>)[first], rest, value) };
}

function targetOf(path: string, params: Usual['params'], query: Usual['query'] = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? 'x');
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${value}`);
  return pairs.length === 0 ? filled : `${filled}?${pairs.join('&')}`;
}

const bytes = (value: unknown): Buffer => (value === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(value)));
const shown = (value: unknown): string => (JSON.stringify(value) ?? '').slice(0, 60);

/**
 * All attempts on one operation: each wrong in one place, with the usual input around it. `urns` are of others. `turn`
 * differs between operations.
 */
export function* attempts(route: Route, usual: Usual, urns: readonly string[], turn: number): Generator<Attempt> {
  const { params, query, body } = usual;
  const target = targetOf(route.path, params, query);
  yield { what: 'nothing wrong', target, body: bytes(body) };
  if (route.bodyLimit <= MEBIBYTE && (IS_WHOLE || turn % 3 === 0)) {
    yield { what: 'a huge body', target, body: Buffer.alloc(route.bodyLimit + 1, ' ') };
  }
  for (const [place, name] of Object.keys(params).entries()) {
    // rights are asked for before anything else, alike by all
    const values = share(name === 'project_id' ? IN_PATH.slice(0, 3) : IN_PATH, turn + place, 3);
    const isUrn = name.endsWith('urn') || name === 'resource_id';
    for (const value of isUrn ? [...values, ...urns] : values) {
      const odd = targetOf(route.path, { ...params, [name]: value }, query);
      yield { what: `${name} ${value.slice(0, 60)}`, target: odd, body: bytes(body) };
    }
  }
  for (const [place, name] of Object.keys((route.query as Schema).properties ?? {}).entries()) {
    for (const value of share(IN_QUERY, turn + place, 2)) {
      const odd = targetOf(route.path, params, { ...query, [name]: value });
      yield { what: `${name}=${value.slice(0, 60)}`, target: odd, body: bytes(body) };
    }
    const twice = `${target}${target.includes('?') ? '&' : '?'}${name}=1&${name}=2`;
    yield { what: `${name} twice`, target: twice, body: bytes(body) };
  }
  for (const [what, text] of share(BODY_GROUPS, turn, 2)) yield { what, target, body: Buffer.from(text) };
  for (const [place, path] of fieldsOf(route.body as Schema).entries()) {
    for (const value of share(VALUES, turn + place, 4)) {
      yield { what: `${path.join('.')}: ${shown(value)}`, target, body: bytes(withValue(body, path, value)) };
    }
  }
}
