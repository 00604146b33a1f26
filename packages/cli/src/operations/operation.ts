import {
  type CallInput,
  type CallOutput,
  ROUTES,
  type RouteBody,
  type RouteId,
  type RouteQuery,
  type Routes,
} from '@funcgraph/api';
import { CONNECTION_FLAGS, type Connection, connect } from '../connection/index.ts';
import {
  type Column,
  type Command,
  type Context,
  confirmDeletion,
  type FlagSpec,
  type FlagValues,
  type Output,
  type Row,
  YES_FLAG,
} from '../framework/index.ts';
import type { Argument, Named } from './argument.ts';
import { type FieldFlag, fieldFlags, fieldsOf, requestOf } from './request.ts';

type Flags = Readonly<Record<string, FieldFlag | FlagSpec>>;
/** Of the flags that are no fields themselves. */
type OwnValues<F extends Flags> = FlagValues<{
  readonly [K in keyof F as F[K] extends FlagSpec ? K : never]: Extract<F[K], FlagSpec>;
}>;
type Perhaps<T> = { readonly [K in keyof T]?: T[K] | undefined };
type Further<R extends RouteId> = Perhaps<RouteQuery<Routes[R]>> & Perhaps<RouteBody<Routes[R]>>;
type Said<R extends RouteId, A extends readonly Argument[]> = Named<A> & Omit<Further<R>, keyof Named<A>>;

type Answer<R extends RouteId> = CallOutput<R>['data'];
type Part<R extends RouteId, K> = K extends keyof Answer<R> ? Answer<R>[K] : Answer<R>;
type RowOf<T> = Extract<T extends readonly (infer E)[] ? E : T, object>;
type Heading = string | Omit<Column, 'key'>;
type Headings = Readonly<Record<string, Heading>>;

/**
 * A command that calls one operation and prints the answer: as a table if it has `columns`, as a message if it has
 * `text`, else as a record. The functions for messages get the result, and the arguments with the fields of `fields`.
 */
interface OperationSpec<R extends RouteId, A extends readonly Argument[], F extends Flags, K, X> {
  readonly summary: string;
  readonly examples: readonly string[];
  readonly args?: A;
  /** Those with a type are read by `fields`; the others are fields of the request. */
  readonly flags?: F;
  /** Further fields of the request; a function of the flags throws usage errors. */
  readonly fields?:
    | Further<R>
    | ((flags: OwnValues<F>, connection: Connection, context: Context) => Further<R> | Promise<Further<R>>);
  /** What is deleted: asked about unless `--yes` is given. */
  confirm?(said: Said<R, A>): string;
  /** The field of the answer that is the result; the whole answer without it. */
  readonly of?: K;
  /** Further fields of each row of the table, or of the record. */
  more?(row: RowOf<Part<R, K>>): X;
  /** The headings by field, in order. Numbers are aligned to the right. */
  readonly columns?: { readonly [C in keyof RowOf<Part<R, K>> | keyof NoInfer<X>]?: Heading };
  /** Printed in place of an empty table. */
  readonly none?: string;
  /** Fields of the record that only programs get. */
  readonly hide?: readonly string[];
  text?(result: Part<R, K>, said: Said<R, A>): string;
  /** The result for programs where it is not the answer. */
  data?(result: Part<R, K>, said: Said<R, A>): Row;
}

function tableOf(headings: Headings, rows: readonly Row[], none: string): Output {
  const columns = Object.entries(headings).map(([key, heading]): Column => {
    if (typeof heading !== 'string') return { key, ...heading };
    const number = rows.some((row) => typeof row[key] === 'number');
    return { key, title: heading, ...(number ? { align: 'right' } : {}) };
  });
  return { kind: 'table', columns, rows, none };
}

/** Makes the command `fgs NAME` of an operation. Throws for a flag that is no field of the operation. */
export function operation<
  R extends RouteId,
  const A extends readonly Argument[] = readonly [],
  const F extends Flags = Record<never, never>,
  K extends keyof Answer<R> | undefined = undefined,
  X extends object = Record<never, never>,
>(name: string, id: R, spec: OperationSpec<R, A, F, K, X>): Command {
  const { args = [], flags: ownFlags = {}, fields: given = {}, more = () => ({}) } = spec;
  const route = ROUTES[id];
  return {
    name,
    summary: spec.summary,
    examples: spec.examples,
    args,
    flags: {
      ...(spec.confirm === undefined ? {} : YES_FLAG),
      ...fieldFlags(route, ownFlags),
      ...Object.assign({}, ...args.map(({ flags }) => flags)),
      ...CONNECTION_FLAGS,
    },
    async run({ flags, args: words }, context) {
      const { signal } = context;
      const connection = await connect(flags as FlagValues<typeof CONNECTION_FLAGS>, context);
      const further = typeof given === 'function' ? await given(flags as OwnValues<F>, connection, context) : given;
      const named: Record<string, unknown> = {};
      const fields: Record<string, unknown> =
        'project_id' in route.params.properties ? { project_id: connection.credentials.projectId } : {};
      for (const arg of args) {
        const found = await arg.find(words[arg.name] ?? '', { connection, flags, named, signal });
        named[arg.name] = found;
        Object.assign(fields, arg.fields(found));
      }
      const said = { ...further, ...named } as Said<R, A>;
      if (spec.confirm !== undefined && flags.yes !== true) await confirmDeletion(spec.confirm(said), context);
      const request = requestOf(route, { ...fields, ...fieldsOf(ownFlags, flags), ...further });
      const { data } = await connection.client.call(id, { ...(request as CallInput<R>), signal });
      const result = (spec.of === undefined ? data : (data as Row)[String(spec.of)]) as Part<R, K>;
      if (spec.columns !== undefined) {
        const rows = (result as readonly RowOf<Part<R, K>>[]).map((row) => ({ ...row, ...more(row) }) as Row);
        return tableOf(spec.columns as Headings, rows, spec.none ?? '');
      }
      const shown = spec.data?.(result, said) ?? { ...result, ...more(result as RowOf<Part<R, K>>) };
      if (spec.text === undefined) return { kind: 'record', data: shown, hide: spec.hide ?? [] };
      return { kind: 'message', text: spec.text(result, said), data: shown };
    },
  };
}
