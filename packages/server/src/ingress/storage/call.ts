import type { Iam } from '../../iam/index.ts';
import type { Body, BucketCaller, Buckets } from '../../services/index.ts';
import type { Answer } from './answers/answer.ts';
import type { Head } from './head.ts';
import type { OperationId } from './operations/table.ts';
import type { Dialect } from './signatures/claim.ts';
import type { Element } from './xml/read.ts';

/** An authenticated request for one operation. */
export interface Call {
  readonly head: Head;
  readonly dialect: Dialect;
  /** The region that the client has signed for; undefined for signatures older than version 4. */
  readonly claimedRegion: string | undefined;
  readonly caller: BucketCaller;
  /** All projects that the caller reaches, in which buckets can be. */
  readonly projects: readonly { readonly id: string; readonly name: string }[];
  readonly accountName: string;
  /** Empty for an operation of the service. */
  readonly bucket: string;
  /** Empty for an operation of a bucket or of the service. */
  readonly key: string;
  /** The body of an object. Throws `StorageError` before it reads anything when the head declares none. */
  readonly objectBody: () => Body;
  /** The whole body, as XML with this root; undefined for an empty body. */
  readonly document: (root: string, limitBytes: number) => Promise<Element | undefined>;
}

export interface HandlerDeps {
  readonly iam: Pick<Iam, 'tenancy'>;
  readonly buckets: Buckets;
  readonly region: string;
}

export type Handler = (call: Call, deps: HandlerDeps) => Promise<Answer>;
export type HandlersOf<Ids extends OperationId> = { readonly [Id in Ids]: Handler };
