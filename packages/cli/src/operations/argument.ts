import { type Connection, FUNCTION_FLAGS, type FunctionParams } from '../connection/index.ts';
import { type FlagSpecs, type RawValue, usageError } from '../framework/index.ts';
import type { Fields } from './request.ts';

export interface Lookup {
  readonly connection: Connection;
  readonly flags: Readonly<Record<string, RawValue>>;
  /** What the arguments before this one named. */
  readonly named: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
}

/** A word of the command line that names something: how it is found, and which fields of the request it fills. */
export interface Argument<N extends string = string, T = unknown> {
  readonly name: N;
  readonly summary: string;
  /** Flags that help to find it. */
  readonly flags?: FlagSpecs;
  /** Throws a `CliError` when there is no such thing. */
  find(text: string, lookup: Lookup): T | Promise<T>;
  fields(found: T): Fields;
}

/** What each argument of a command named, by the name of the argument. */
export type Named<A extends readonly Argument[]> = {
  readonly [E in A[number] as E['name']]: Awaited<ReturnType<E['find']>>;
};

/** A word that is itself a field of the request; `field` is its name there. */
export function word<const N extends string>(name: N, summary: string, field: string = name): Argument<N, string> {
  return { name, summary, find: (text) => text, fields: (text) => ({ [field]: text }) };
}

export interface NamedFunction extends FunctionParams {
  /** As on the command line. */
  readonly name: string;
}

const text = (value: RawValue): string | undefined => (value === undefined ? undefined : String(value));

/** The version or alias, after `!`, that one of `--qualifier`, `--version` and `--alias` names. */
function qualifierOf(flags: Readonly<Record<string, RawValue>>): string | undefined {
  if (flags.version !== undefined && flags.alias !== undefined) {
    throw usageError('--version and --alias exclude each other');
  }
  return flags.alias === undefined ? text(flags.qualifier ?? flags.version) : `!${flags.alias}`;
}

/** A function by its name in `--package`, or by its URN. */
export const FUNCTION: Argument<'function', NamedFunction> = {
  name: 'function',
  summary: 'name or URN of the function',
  flags: { package: FUNCTION_FLAGS.package },
  find: (name, { connection, flags }) => ({ name, ...connection.functionParams(name, String(flags.package)) }),
  fields: ({ function_urn }) => ({ function_urn }),
};

/** A function, or its version or alias that `--qualifier`, `--version` or `--alias` of the command names. */
export const QUALIFIED_FUNCTION: Argument<'function', NamedFunction> = {
  ...FUNCTION,
  find: (name, { connection, flags }) => ({
    name,
    ...connection.functionParams(name, String(flags.package), qualifierOf(flags)),
  }),
};

/** The function that an argument before this one named. */
export const functionOf = ({ named }: Lookup): NamedFunction => named.function as NamedFunction;
