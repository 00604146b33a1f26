import type { EventBody, FlowDefinition, Value, Work } from '@funcgraph/flow';

/** Texts of values by digest. */
export type Texts = readonly (readonly [digest: string, text: Uint8Array])[];

/** Work on large values, which would block the main thread. */
export type ValueCall =
  /** Whether a text is JSON within the limits. */
  | { readonly op: 'check'; readonly text: Uint8Array }
  /** The JSON text of a value that is composed of others. */
  | { readonly op: 'compose'; readonly value: Value; readonly texts: Texts }
  | {
      readonly op: 'evaluate';
      /** Digest of the definition; plans are kept by it. */
      readonly digest: string;
      readonly definition: FlowDefinition;
      readonly facts: RunFacts;
      readonly work: Work;
      readonly texts: Texts;
    };

export interface RunFacts {
  readonly id: string;
  /** The secret of each wait node with a callback. */
  readonly callback: { readonly [node: string]: string };
}

export type ValueResult =
  | { readonly digest: string }
  /** The text is no JSON, or exceeds a limit. */
  | { readonly fault: string }
  | { readonly text: Uint8Array }
  | { readonly events: readonly EventBody[]; readonly written: Texts }
  | { readonly missing: readonly string[] };
