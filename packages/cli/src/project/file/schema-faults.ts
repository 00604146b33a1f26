import { suggest } from '../../framework/index.ts';

export type Path = readonly (string | number)[];

export interface Fault {
  /** The value that is wrong, or the key when `atKey`. */
  readonly path: Path;
  readonly atKey?: true;
  readonly message: string;
  readonly hint?: string;
}

/** The part of JSON Schema that the schema of a project uses. */
interface Schema {
  readonly type?: string;
  readonly anyOf?: readonly Schema[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly description?: string;
}

const WORDS: Readonly<Record<string, string>> = {
  object: 'a map',
  array: 'a list',
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  null: 'nothing',
};

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const CHECKS: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isMap,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  integer: Number.isInteger,
  number: Number.isFinite,
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
};

/** All that is wrong with a value, each with its path. */
export function schemaFaults(value: unknown, schema: object, path: Path = []): Fault[] {
  const { type, anyOf, enum: choices, pattern, minimum, maximum } = schema as Schema;
  if (anyOf !== undefined) return faultsOfUnion(value, anyOf, path);
  if ('const' in schema) return value === schema.const ? [] : [fault(path, `must be ${JSON.stringify(schema.const)}`)];
  if (type !== undefined && CHECKS[type]?.(value) === false) return [wrongType(value, type, path)];
  if (choices !== undefined && !choices.includes(value)) {
    return [fault(path, `${JSON.stringify(value)} is not possible`, `one of ${choices.join(', ')}`)];
  }
  if (typeof value === 'number' && (value < (minimum ?? value) || value > (maximum ?? value))) {
    return [fault(path, `${value} is not between ${minimum} and ${maximum}`)];
  }
  if (typeof value === 'string' && pattern !== undefined && !new RegExp(pattern).test(value)) {
    return [fault(path, `${JSON.stringify(value)} is not a name`, NAME_HINT)];
  }
  if (Array.isArray(value)) {
    const { items = {} } = schema as Schema;
    return value.flatMap((item, index) => schemaFaults(item, items, [...path, index]));
  }
  return isMap(value) ? faultsOfMap(value, schema as Schema, path) : [];
}

const NAME_HINT = 'letters, digits, _ and -; starts with a letter';

const fault = (path: Path, message: string, hint?: string): Fault => ({ path, message, ...(hint ? { hint } : {}) });

function wrongType(value: unknown, type: string, path: Path): Fault {
  const found = value === null || value === undefined ? 'nothing' : Array.isArray(value) ? 'a list' : undefined;
  return fault(path, `must be ${WORDS[type]}, not ${found ?? (isMap(value) ? 'a map' : JSON.stringify(value))}`);
}

/** Of the alternative that fits best: the one with the deepest fault. */
function faultsOfUnion(value: unknown, anyOf: readonly Schema[], path: Path): Fault[] {
  const all = anyOf.map((one) => schemaFaults(value, one, path));
  if (all.some((faults) => faults.length === 0)) return [];
  const types = anyOf.map(({ type = '' }) => type);
  if (!types.some((type) => CHECKS[type]?.(value))) {
    return [fault(path, `must be ${[...new Set(types)].map((type) => WORDS[type]).join(' or ')}`)];
  }
  if (isMap(value)) {
    const maps = anyOf.filter(({ type }) => type === 'object');
    const ways = maps.map(({ required = [] }) => required.join(' and '));
    const chosen = maps.filter(({ required = [] }) => required.some((name) => name in value));
    if (maps.length > 1 && chosen.length !== 1) return [fault(path, `needs exactly one of ${ways.join(', ')}`)];
    const best = anyOf.indexOf(chosen[0] ?? (maps[0] as Schema));
    return all[best] ?? [];
  }
  return all.sort((a, b) => a.length - b.length)[0] ?? [];
}

function faultsOfMap(value: Readonly<Record<string, unknown>>, schema: Schema, path: Path): Fault[] {
  const { properties = {}, required = [], patternProperties = {} } = schema;
  const missing = required
    .filter((name) => !Object.hasOwn(value, name))
    .map((name) => fault(path, `${name} is missing`, properties[name]?.description));
  const [pattern, each] = Object.entries(patternProperties)[0] ?? [];
  const known = Object.keys(properties);
  const inside = Object.entries(value).flatMap(([name, one]): Fault[] => {
    const at = [...path, name];
    if (Object.hasOwn(properties, name)) return schemaFaults(one, properties[name] as object, at);
    if (pattern === undefined || each === undefined) {
      const near = suggest(name, known);
      const hint = near === undefined ? `possible: ${known.join(', ')}` : `did you mean ${near}?`;
      return [{ path: at, atKey: true, message: `unknown key ${name}`, hint }];
    }
    if (new RegExp(pattern).test(name)) return schemaFaults(one, each, at);
    return [{ path: at, atKey: true, message: `${JSON.stringify(name)} is not a name`, hint: NAME_HINT }];
  });
  return [...missing, ...inside];
}
