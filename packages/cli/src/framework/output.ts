import type { ExitCode } from './exit-code.ts';

/** The heading of a column. Numbers are aligned to the right by themselves, text where it says so. */
export type Heading = string | { readonly title: string; readonly align: 'right' };

/** The headings of a table by the key in the row, in order. */
export type Columns = Readonly<Record<string, Heading>>;

export type Row = Readonly<Record<string, unknown>>;

/** The result of a command; only the printer knows its layout. `data` is the content of `--output json`. */
export type Output = (
  | {
      readonly kind: 'table';
      readonly columns: Columns;
      readonly rows: readonly Row[];
      readonly none: string;
      /** What is missing in the rows; printed apart from them. */
      readonly note?: string;
    }
  | {
      readonly kind: 'record';
      readonly data: Row;
      readonly hide?: readonly string[];
      /** Lines under the fields. */
      readonly below?: string;
    }
  | { readonly kind: 'message'; readonly text: string; readonly data: Row }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly data: Row; readonly note: string }
  | { readonly kind: 'stream'; readonly items: AsyncIterable<StreamItem> }
) & { readonly exitCode?: ExitCode };

/** One step of a long operation: a line of text for people, an object for programs. */
export interface StreamItem {
  readonly text: string;
  /** Printed as they are, in place of the text and without a line break. */
  readonly bytes?: Uint8Array;
  /** A line about the result, for standard error. */
  readonly note?: string;
  readonly data: Row;
  /** The exit code of the command, if this is the last item that has one. */
  readonly exitCode?: ExitCode;
}
