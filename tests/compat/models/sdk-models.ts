import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Fields of a class of the official SDK: name on the wire, and the class of its value if it has one. */
export type Model = ReadonlyMap<string, string | undefined>;

/** Every model of the official SDK, read from its type declarations: its JavaScript does not know the types of fields. */
export function sdkModels(): ReadonlyMap<string, Model> {
  const main = createRequire(import.meta.url).resolve('@huaweicloud/huaweicloud-sdk-functiongraph');
  const folder = join(dirname(main), 'v2/model');
  const names = readdirSync(folder).flatMap((file) => (file.endsWith('.d.ts') ? [file.slice(0, -5)] : []));
  return new Map(names.map((name) => [name, fieldsOf(readFileSync(join(folder, `${name}.d.ts`), 'utf8'), names)]));
}

function fieldsOf(source: string, models: readonly string[]): Model {
  const fields = new Map<string, string | undefined>();
  const known = (type: string): string | undefined => {
    const inner = /Array<(\w+)>|key: string\]: (\w+)|^(\w+)/.exec(type);
    const name = inner?.[1] ?? inner?.[2] ?? inner?.[3];
    return name !== undefined && models.includes(name) ? name : undefined;
  };
  for (const [, quoted, plain, type = ''] of source.matchAll(/^ {4}(?:private '(\w+)'|(\w+))\??(?:: ([^;]+))?;/gm)) {
    if (plain !== undefined) fields.set(plain, known(type));
    else if (quoted !== undefined) fields.set(quoted.replace(/^_/, ''), known(getterType(source, quoted)));
  }
  return fields;
}

/** A field whose name is no name of JavaScript is private, with a getter that has the type. */
function getterType(source: string, field: string): string {
  const camel = field.replace(/(?<!^)_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return new RegExp(`get _?${camel}\\(\\): ([^;]+);`).exec(source)?.[1] ?? '';
}

/** Fields of the model that an answer does not have, as `Class.field`, also those of what it holds. */
export function missingFields(models: ReadonlyMap<string, Model>, name: string, answer: unknown): string[] {
  const model = models.get(name);
  if (model === undefined) throw new Error(`the SDK has no model ${name}`);
  const given = answer as Readonly<Record<string, unknown>>;
  return [...model].flatMap(([field, inner]) => {
    if (!Object.hasOwn(given, field)) return [`${name}.${field}`];
    return inner === undefined ? [] : insideOf(models, inner, { at: `${name}.${field}`, value: given[field] });
  });
}

function insideOf(
  models: ReadonlyMap<string, Model>,
  inner: string,
  { at, value }: { readonly at: string; readonly value: unknown },
): string[] {
  if (Array.isArray(value)) {
    return value.length === 0 ? [`${at}[]`] : value.flatMap((each) => missingFields(models, inner, each));
  }
  return typeof value === 'object' && value !== null ? missingFields(models, inner, value) : [`${at} is no object`];
}
