import type { Path } from '../file/schema-faults.ts';

/** In the order in which they are made; what is deleted goes in the opposite order. */
export const KINDS = [
  'dependency',
  'bucket',
  'topic',
  'function',
  'alias',
  'async',
  'reserved',
  'trigger',
  'flow',
  'subscription',
  'alarm',
] as const;
export type Kind = (typeof KINDS)[number];

export type Fields = Readonly<Record<string, unknown>>;
export type Notes = Readonly<Record<string, string>>;

/** A resource as the project file wants it. */
export interface Desired {
  readonly kind: Kind;
  readonly name: string;
  /** In the terms of the file, with the defaults of all fields that the file leaves out. */
  readonly fields: Fields;
  /** Digests of what the server does not show: of code and of secrets. */
  readonly notes: Notes;
  readonly path: Path;
  /** Further fields that are sent and not compared; their digest is a note. */
  readonly hidden?: Fields;
}

/** A resource that exists. */
export interface Actual {
  readonly kind: Kind;
  readonly name: string;
  readonly id: string;
  /** In the terms of the file. */
  readonly fields: Fields;
}

/** A resource that the project made, or was about to make when it has no id. */
export interface Owned {
  readonly kind: string;
  readonly name: string;
  readonly id?: string;
  readonly notes?: Notes;
}

/** One difference. Without values when they are secret or long. */
export interface Change {
  readonly field: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

export type Step =
  | { readonly action: 'create'; readonly desired: Desired }
  | {
      readonly action: 'update';
      readonly desired: Desired;
      readonly actual: Actual;
      readonly changes: readonly Change[];
    }
  | {
      readonly action: 'replace';
      readonly desired: Desired;
      readonly actual: Actual;
      readonly changes: readonly Change[];
    }
  | { readonly action: 'delete'; readonly actual: Actual };

export const keyOf = ({ kind, name }: { readonly kind: string; readonly name: string }): string => `${kind} ${name}`;
