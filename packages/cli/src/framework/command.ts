import type { Context } from './context.ts';
import type { ArgumentSpec, ArgumentValues, FlagSpecs, FlagValues, RawValue } from './flag.ts';
import type { Output } from './output.ts';

export interface CommandSpec<F extends FlagSpecs, A extends readonly ArgumentSpec[]> {
  /** The words after `fgs`: `functions deploy`. */
  readonly name: string;
  readonly summary: string;
  readonly flags: F;
  readonly args: A;
  /** Whole command lines; at least one. */
  readonly examples: readonly string[];
  run(input: { flags: FlagValues<F>; args: ArgumentValues<A> }, context: Context): Promise<Output>;
}

/** A command without its types, for the parser, the help and the runner. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly flags: FlagSpecs;
  readonly args: readonly ArgumentSpec[];
  readonly examples: readonly string[];
  run(values: ParsedValues, context: Context): Promise<Output>;
}

export interface ParsedValues {
  readonly flags: Readonly<Record<string, RawValue>>;
  readonly args: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** A group of commands under one word: `functions`. */
export interface Noun {
  readonly name: string;
  readonly summary: string;
  readonly commands: readonly Command[];
}

export interface Tree {
  readonly commands: readonly Command[];
  readonly nouns: readonly Noun[];
  /** Short names of commands: `invoke` for `functions invoke`. */
  readonly shortcuts?: Readonly<Record<string, string>>;
}

/** Other names of verbs, each for the first of these verbs that a noun has. */
export const VERB_SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  ls: ['list'],
  rm: ['delete', 'remove'],
  get: ['show'],
};

/** Ties a handler to its schema: inside `run` every flag and argument has the type its spec gives it. */
export function defineCommand<const F extends FlagSpecs, const A extends readonly ArgumentSpec[]>(
  spec: CommandSpec<F, A>,
): Command {
  return {
    ...spec,
    // the parser has checked the values against these very specs
    run: (values, context) =>
      spec.run({ flags: values.flags as FlagValues<F>, args: values.args as ArgumentValues<A> }, context),
  };
}
