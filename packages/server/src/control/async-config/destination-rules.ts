import type { DestinationCode, FunctionUrn, TopicUrn } from '@funcgraph/api';
import type { Catalog } from '../catalog.ts';
import type { FunctionName } from '../functions/types.ts';

/** The rules of one kind of destination; `T` is its receiver, parsed. */
export interface DestinationRules<T = unknown> {
  /** Its name in the API. */
  readonly code: DestinationCode;
  /** Whether results are delivered with the rights of the caller that set the destination. */
  readonly keepsSetter: boolean;
  /** Throws `invalid_request`, `not_supported_here`; `field` is named in the message. `param` has the other fields. */
  target(receiver: string, field: string, param: Readonly<Record<string, unknown>>): T;
  /** What results become, for destinations that events may come from. */
  becomes?(target: T, name: FunctionName): ResultPlace;
  /** Checks, when it is set, what may change later. */
  check?(target: T, context: DestinationContext): void;
}

/** Objects of a bucket, or records of a stream. */
export type ResultPlace = ResultObjects | { readonly kind: 'records'; readonly stream: string };

interface ResultObjects {
  readonly kind: 'objects';
  readonly bucket: string;
  readonly prefix: string;
  readonly suffix: string;
}

export interface DestinationContext {
  /** Named in messages. */
  readonly field: string;
  /** The function that gets the destination. */
  readonly name: FunctionName;
  readonly qualifier: string;
  readonly catalog: Catalog;
  /** Hosts of the own network that results may be sent to. */
  readonly webhookHosts: ReadonlySet<string>;
  /** Throws when the caller may not invoke the function. */
  readonly mayInvoke: (destination: FunctionUrn) => void;
  /** Throws when the caller may not publish to the topic. */
  readonly mayPublish: (topic: TopicUrn) => void;
  /** Throws when the caller may not store such objects; `*` in a key stands for any text. */
  readonly mayStore: (object: { readonly bucket: string; readonly key: string }) => void;
  /** Throws when the caller may not put records into the stream of the project. */
  readonly mayPut: (stream: string) => void;
}
