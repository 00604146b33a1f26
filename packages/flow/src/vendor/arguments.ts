import type { FlowParameter } from '../definition.ts';
import { type Literal, parseArgument } from '../expressions/parse-argument.ts';
import type { Json, JsonObject } from '../json/json.ts';

/** Parameters as the vendor writes them: name → `path | default`, or a literal. Undefined when they cannot be expressed. */
export function writeArguments(parameters: readonly FlowParameter[]): JsonObject | undefined {
  const texts = parameters.map(({ key, value, default: fallback }) => [key, argumentOf(value, fallback)] as const);
  const written = texts.filter((one): one is readonly [string, string] => one[1] !== undefined);
  return written.length === parameters.length ? Object.fromEntries(written) : undefined;
}

/** Throws `ExpressionError` for a text that is no argument. */
export function readArguments(texts: JsonObject): FlowParameter[] {
  return Object.entries(texts).map(([key, text]) =>
    typeof text === 'string' ? { key, ...parseArgument(text) } : { key, value: text },
  );
}

function argumentOf(value: Json, fallback: Json | undefined): string | undefined {
  if (fallback === undefined) return isPath(value) ? value : literalOf(value);
  const ending = isPath(fallback) ? fallback : literalOf(fallback);
  return isPath(value) && ending !== undefined ? `${value} | ${ending}` : undefined;
}

const isPath = (value: Json): value is string => typeof value === 'string' && value.startsWith('$');

function literalOf(value: Json): string | undefined {
  if (typeof value === 'string') return `'${value.replaceAll(/[\\']/g, (character) => `\\${character}`)}'`;
  return isLiteral(value) ? String(value) : undefined;
}

const isLiteral = (value: Json): value is Literal => typeof value === 'number' || typeof value === 'boolean';
