import { compatibility, ROUTES, type Route, type RouteId, TRIGGER_KINDS } from '@funcgraph/api';
import fc from 'fast-check';
import { type TSchema, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { describe, expect, it } from 'vitest';
import { check } from '../../lib/body-parser.ts';
import { PlatformError } from '../../lib/platform-error.ts';

/** The parts of a JSON schema that this test needs. */
interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly pattern?: string;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly minItems?: number;
}

type Path = readonly (string | number)[];

/** One field somewhere in a body, with a body that is valid around it. */
interface Field {
  readonly path: Path;
  readonly schema: Schema;
  readonly optional: boolean;
}

/** A key where any may stand. */
const KEY = 'v1';

function partOf({ properties, patternProperties }: Schema, name: string): Schema | undefined {
  return properties?.[name] ?? Object.values(patternProperties ?? {})[0];
}

const SAMPLES = { text: 'some text', number: 1.5, whole: 7, flag: true, list: [], object: {}, nothing: null };

/** A value that the schema accepts, as small as can be. */
function valid(schema: Schema): unknown {
  if (schema.anyOf !== undefined) return valid(schema.anyOf[0] ?? {});
  if ('const' in schema) return schema.const;
  switch (schema.type) {
    case 'object':
      return Object.fromEntries((schema.required ?? []).map((name) => [name, valid(schema.properties?.[name] ?? {})]));
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, () => valid(schema.items ?? {}));
    case 'string':
      return textFor(schema);
    case 'integer':
    case 'number':
      return schema.minimum ?? 1;
    case 'boolean':
      return true;
    default:
      return null;
  }
}

const TEXTS = [
  'x'.repeat(3),
  '1',
  '1.0',
  'a@b.example',
  '10.0.0.0/24',
  '2026-01-01T00:00:00Z',
  '0'.repeat(32),
  '0'.repeat(64),
];

function textFor({ pattern, minLength = 0 }: Schema): string {
  const found = TEXTS.find(
    (text) => text.length >= minLength && (pattern === undefined || new RegExp(pattern, 'u').test(text)),
  );
  if (found === undefined) throw new Error(`TEXTS has none for ${pattern}`);
  return found;
}

/** Every field of a schema, those of objects in lists and alternatives too. */
function fieldsOf(schema: Schema, path: Path = []): Field[] {
  // which of several objects is meant is decided by another field: each is a body of its own here
  if ((schema.anyOf ?? []).filter(({ properties }) => properties !== undefined).length > 1) return [];
  const inner = (schema.anyOf ?? [schema]).flatMap((one): Field[] => {
    if (one.items !== undefined) return fieldsOf(one.items, [...path, 0]);
    const value = Object.values(one.patternProperties ?? {})[0];
    if (value !== undefined) {
      const at = [...path, KEY];
      return [{ path: at, schema: value, optional: false }, ...fieldsOf(value, at)];
    }
    return Object.entries(one.properties ?? {}).flatMap(([name, part]) => {
      const at = [...path, name];
      return [{ path: at, schema: part, optional: !(one.required ?? []).includes(name) }, ...fieldsOf(part, at)];
    });
  });
  return inner;
}

/** The smallest valid body, with `value` at `path` and the required fields around it. */
function bodyWith(schema: Schema, path: Path, value: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  const holder = (schema.anyOf ?? [schema]).find((one) =>
    typeof first === 'number' ? one.items !== undefined : partOf(one, first) !== undefined,
  );
  if (holder === undefined) throw new Error(`no ${path.join('.')}`);
  if (typeof first === 'number') return [bodyWith(holder.items ?? {}, rest, value)];
  return { ...(valid(holder) as object), [first]: bodyWith(partOf(holder, first) ?? {}, rest, value) };
}

const OF_FUNCTIONGRAPH = new Set<string>(compatibility().map(({ operation }) => operation));

const ofRoutes = (Object.keys(ROUTES) as RouteId[]).flatMap((id): [string, Schema][] => {
  const route: Route = ROUTES[id];
  const schema = route.body as Schema;
  return route.bodyEncoding === 'json' && Object.keys(schema.properties ?? {}).length > 0 ? [[id, schema]] : [];
});
const ofTriggers = Object.entries(TRIGGER_KINDS).map(([code, { fields }]): [string, Schema] => [
  `a ${code} trigger`,
  Type.Object({ event_data: fields as TSchema }) as Schema,
]);
const bodies = [...ofRoutes, ...ofTriggers];

const validators = new Map(bodies.map(([id, schema]) => [id, Compile(schema as Route['body'])]));

function refusalOf(id: string, body: unknown): PlatformError | undefined {
  try {
    const validator = validators.get(id);
    if (validator === undefined) throw new Error(id);
    check(validator, body, 'body');
    return undefined;
  } catch (error) {
    if (error instanceof PlatformError) return error;
    throw error;
  }
}

const accepts = (schema: Schema, value: unknown): boolean => Compile(schema as Route['body']).Check(value);
/** Names of lists are numbers in a path, and may be given with or without them. */
const dotted = (path: Path): string => path.join('.');

describe.each(bodies)('the body of %s', (id, schema) => {
  it('is accepted with its required fields, and any others beside them', () => {
    expect(refusalOf(id, valid(schema))?.message).toBeUndefined();
    const object = valid(schema) as object;
    expect(refusalOf(id, { ...object, a_field_of_tomorrow: { deep: [1] }, another: null })?.message).toBeUndefined();
  });

  it('names the field that has another type', () => {
    for (const { path, schema: part } of fieldsOf(schema)) {
      for (const [kind, value] of Object.entries(SAMPLES)) {
        if (accepts(part, value)) continue;
        const refused = refusalOf(id, bodyWith(schema, path, value));
        expect([dotted(path), kind, refused?.code]).toEqual([dotted(path), kind, 'invalid_request']);
        expect(refused?.message).toContain(dotted(path));
      }
    }
  });

  it('names the field that is missing', () => {
    for (const { path, optional } of fieldsOf(schema)) {
      if (optional || path.at(-1) === KEY) continue;
      const refused = refusalOf(id, JSON.parse(JSON.stringify(bodyWith(schema, path, undefined))));
      expect([dotted(path), refused?.code]).toEqual([dotted(path), 'invalid_request']);
      expect(refused?.message).toContain(String(path.at(-1)));
    }
  });

  it('never makes the check itself fail, for any value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
        refusalOf(id, value);
      }),
      { numRuns: 50 },
    );
  });
});

describe.each([...ofRoutes.filter(([id]) => OF_FUNCTIONGRAPH.has(id)), ...ofTriggers])(
  'the body of %s, which clients of FunctionGraph send,',
  (id, schema) => {
    it('may have null for optional fields', () => {
      for (const { path, optional } of fieldsOf(schema)) {
        if (!optional) continue;
        expect([dotted(path), refusalOf(id, bodyWith(schema, path, null))?.message]).toEqual([dotted(path), undefined]);
      }
    });

    it('has a choice of words that other words are refused for by name, with the choice', () => {
      for (const { path, schema: part } of fieldsOf(schema)) {
        const words = (part.anyOf ?? []).flatMap((one) => (typeof one.const === 'string' ? [one.const] : []));
        if (words.length < 2) continue;
        const { message } = refusalOf(id, bodyWith(schema, path, 'neither')) ?? {};
        expect(message).toContain(dotted(path));
        for (const word of words) expect(message).toContain(JSON.stringify(word));
      }
    });

    it('leaves no field unchecked', () => {
      for (const { path, schema: part } of fieldsOf(schema)) {
        // input and output of flows are for the flow to understand
        if (path.at(-1) === KEY && Object.keys(part).length === 0) continue;
        const accepted = Object.values(SAMPLES).filter((value) => accepts(part, value));
        expect([dotted(path), accepted.length < Object.keys(SAMPLES).length]).toEqual([dotted(path), true]);
      }
    });
  },
);

it('covers the bodies of all groups', () => {
  expect(bodies.length).toBeGreaterThan(40);
});
