/** One `--flag`. Values are text on the command line; the parser turns them into the type that `type` names. */
export interface FlagSpec {
  readonly type: 'text' | 'integer' | 'boolean' | 'list';
  readonly summary: string;
  /** One letter. */
  readonly short?: string;
  /** Stands for the value in the help: `FILE`, `SECONDS`. */
  readonly placeholder?: string;
  readonly required?: true;
  /** Fills in when the flag is absent. Not for lists, which are empty then. */
  readonly fallback?: string | number;
  readonly choices?: readonly string[];
}

type More = Omit<FlagSpec, 'type' | 'placeholder' | 'summary'>;

const valued =
  <const T extends FlagSpec['type']>(type: T) =>
  <const M extends More = object>(placeholder: string, summary: string, more?: M) =>
    ({ type, placeholder, summary, ...more }) as {
      readonly type: T;
      readonly placeholder: string;
      readonly summary: string;
    } & M;

/** The kinds of flags, as the help shows them: placeholder and summary. */
export const flag = {
  text: valued('text'),
  integer: valued('integer'),
  list: valued('list'),
  boolean: (summary: string, more: Pick<FlagSpec, 'short'> = {}) => ({ type: 'boolean' as const, summary, ...more }),
};

export type FlagSpecs = Readonly<Record<string, FlagSpec>>;

/** A word without dashes, in order. Only the last ones may be optional, and the very last one may take all other words. */
export interface ArgumentSpec {
  readonly name: string;
  readonly summary: string;
  readonly optional?: true;
  /** Any number of words, also none. */
  readonly many?: true;
}

type Plain<F extends FlagSpec> = F['type'] extends 'integer' ? number : string;

/** The value of one flag for a handler. */
export type FlagValue<F extends FlagSpec> = F['type'] extends 'boolean'
  ? boolean
  : F['type'] extends 'list'
    ? readonly string[]
    : F extends { required: true } | { fallback: string | number }
      ? Plain<F>
      : Plain<F> | undefined;

export type FlagValues<F extends FlagSpecs> = { readonly [K in keyof F]: FlagValue<F[K]> };
export type ArgumentValues<A extends readonly ArgumentSpec[]> = {
  readonly [E in A[number] as E['name']]: E extends { many: true }
    ? readonly string[]
    : E extends { optional: true }
      ? string | undefined
      : string;
};

export type RawValue = string | number | boolean | readonly string[] | undefined;
