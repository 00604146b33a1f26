import {
  type CallInput,
  type CallOutput,
  ROUTES,
  type RouteBody,
  type RouteId,
  type RouteQuery,
  type Routes,
} from '@funcgraph/api';
import {
  CONNECTION_FLAGS,
  type Connection,
  connect,
  explained,
  type FunctionParams,
  pagesOf,
} from '../connection/index.ts';
import {
  type Columns,
  type Command,
  type Context,
  confirmDeletion,
  type FlagSpec,
  type FlagValues,
  type Heading,
  type Row,
  YES_FLAG,
} from '../framework/index.ts';
import type { Argument, Named } from './argument.ts';
import { type FieldFlag, type Fields, fieldFlags, fieldsOf, requestOf } from './request.ts';

type Flags = Readonly<Record<string, FieldFlag | FlagSpec>>;
/** Of the flags that are no fields themselves. */
type OwnValues<F extends Flags> = FlagValues<{
  readonly [K in keyof F as F[K] extends FlagSpec ? K : never]: Extract<F[K], FlagSpec>;
}>;
type Perhaps<T> = { readonly [K in keyof T]?: T[K] | undefined };
type Further<R extends RouteId> = Perhaps<RouteQuery<Routes[R]>> & Perhaps<RouteBody<Routes[R]>>;
type Said<R extends RouteId, A extends readonly Argument[]> = Named<A> & Omit<Further<R>, keyof Named<A>>;

type Answer<R extends RouteId> = CallOutput<R>['data'];

/** With what the arguments named. */
type FieldsContext<A extends readonly Argument[]> = Context & { readonly named: Named<A> };

/**
 * A command that calls one operation and prints the answer: as a table if it has `rows`, as a message if it has `text`,
 * else as a record. `said` is what the arguments named, with what `fields` made of the flags.
 */
interface OperationSpec<R extends RouteId, A extends readonly Argument[], F extends Flags, X extends object> {
  /** That of the operation, unless given. */
  readonly summary?: string;
  readonly examples: readonly string[];
  readonly args?: A;
  /** Those with a type of their own are for `fields`, `rows` and `text`; the others are fields of the request. */
  readonly flags?: F;
  /** Further fields of the request; a function of the flags throws usage errors. */
  readonly fields?:
    | Further<R>
    | ((flags: OwnValues<F>, connection: Connection, context: FieldsContext<A>) => Further<R> | Promise<Further<R>>);
  /** What is deleted: the user must confirm it unless `--yes` is given. */
  confirm?(said: Said<R, A>): string;
  rows?(answer: Answer<R>, flags: OwnValues<F>): readonly X[];
  /** Of a list in pages: the fields of the next request, after so many rows; undefined after the last page. */
  next?(answer: Answer<R>, seen: number, flags: OwnValues<F>): Further<R> | undefined;
  readonly columns?: { readonly [C in keyof NoInfer<X>]?: Heading };
  /** Printed in place of an empty table. */
  readonly none?: string;
  /** What is missing in the rows of an answer. */
  note?(answer: Answer<R>): string | undefined;
  text?(answer: Answer<R>, said: Said<R, A>, flags: OwnValues<F>, now: number): string;
  /** The record, or the message for programs; without it the answer. */
  data?(answer: Answer<R>, said: Said<R, A>): Row;
  /** Fields of the record that only programs get. */
  readonly hide?: readonly string[];
  /** Lines under the fields of the record. */
  below?(answer: Answer<R>, now: number): string;
}

/** Makes the command `fgs NAME` of an operation. Throws for a flag that is no field of the operation. */
export function operation<
  R extends RouteId,
  const A extends readonly Argument[] = readonly [],
  const F extends Flags = Record<never, never>,
  X extends object = Record<never, never>,
>(name: string, id: R, spec: OperationSpec<R, A, F, X>): Command {
  const { args = [], flags: ownFlags = {}, fields: given = {}, columns = {}, none = '', hide = [] } = spec;
  const route = ROUTES[id];
  return {
    name,
    summary: spec.summary ?? route.summary,
    examples: spec.examples,
    args,
    flags: {
      ...(spec.confirm === undefined ? {} : YES_FLAG),
      ...fieldFlags(route, ownFlags),
      ...Object.assign({}, ...args.map(({ flags }) => flags)),
      ...CONNECTION_FLAGS,
    },
    async run({ flags, args: words }, context) {
      const { signal, now } = context;
      const connection = await connect(flags as FlagValues<typeof CONNECTION_FLAGS>, context);
      const values = flags as OwnValues<F>;
      const named: Record<string, unknown> = {};
      const fields: Record<string, unknown> =
        'project_id' in route.params.properties ? { project_id: connection.credentials.projectId } : {};
      for (const arg of args) {
        const found = await arg.find(String(words[arg.name] ?? ''), { connection, flags, named, signal });
        named[arg.name] = found;
        Object.assign(fields, arg.fields(found));
      }
      const further =
        typeof given === 'function' ? await given(values, connection, { ...context, named: named as Named<A> }) : given;
      const said = { ...further, ...named } as Said<R, A>;
      if (spec.confirm !== undefined && flags.yes !== true) await confirmDeletion(spec.confirm(said), context);
      Object.assign(fields, fieldsOf(ownFlags, flags), further);
      const call = (page: Fields) =>
        connection.client
          .call(id, { ...(requestOf(route, { ...fields, ...page }) as CallInput<R>), signal })
          .catch(async (error: unknown) => {
            throw await explained(error, connection.client, fields as unknown as FunctionParams, signal);
          });
      if (spec.rows !== undefined) {
        const rows: X[] = [];
        const next = (answer: Answer<R>) => spec.next?.(answer, rows.length, values) as Fields | undefined;
        const notes = new Set<string>();
        for await (const answer of pagesOf({}, call, next)) {
          rows.push(...spec.rows(answer, values));
          const note = spec.note?.(answer);
          if (note !== undefined) notes.add(note);
        }
        const table = {
          kind: 'table',
          columns: columns as Columns,
          rows: rows as readonly object[] as readonly Row[],
          none,
        } as const;
        return notes.size === 0 ? table : { ...table, note: [...notes].join('\n') };
      }
      const { data } = await call({});
      const shown = spec.data?.(data, said) ?? (data as Row);
      if (spec.text === undefined) {
        const below = spec.below?.(data, now());
        return { kind: 'record', data: shown, hide, ...(below ? { below } : {}) };
      }
      return { kind: 'message', text: spec.text(data, said, values, now()), data: shown };
    },
  };
}
