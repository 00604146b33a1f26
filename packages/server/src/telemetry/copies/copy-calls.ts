import type { Day } from '../day.ts';
import type { NodeAnswers, NodeCall } from '../nodes/node-calls.ts';
import type { CopiedServer } from './copy-names.ts';
import type { MadePiece, MadeUsage } from './piece-maker.ts';

/** Calls of the thread of copies. `now` is the time by the server's clock. */
export type CopyCall =
  | { readonly op: 'store'; readonly piece: MadePiece }
  | { readonly op: 'store-usage'; readonly usage: MadeUsage; readonly now: number }
  /** All servers with copies. */
  | { readonly op: 'servers' }
  | { readonly op: 'ask'; readonly server: CopiedServer; readonly call: NodeCall }
  /** Removes days before `oldest`, and those that this server removed; `live` are the homes of servers that are not gone. */
  | {
      readonly op: 'sweep';
      readonly oldest: Day;
      readonly now: number;
      readonly removed: readonly Day[];
      readonly live: readonly string[];
    };

export type CopyResult =
  | { readonly op: 'done' }
  | { readonly op: 'servers'; readonly servers: readonly CopiedServer[] }
  | {
      readonly op: 'ask';
      readonly answer: NodeAnswers[NodeCall['op']];
      /** False when some of the copies could not be read. */
      readonly complete: boolean;
    };

/** Where copies are; as data, since it goes to a thread. */
export type CopyPlace =
  | { readonly kind: 'folder'; readonly folder: string }
  | {
      readonly kind: 's3';
      readonly endpoint: string;
      readonly region: string;
      readonly bucket: string;
      readonly prefix: string;
      readonly accessKey: string;
      readonly secretKey: string;
    };

export interface CopyThreadData {
  readonly place: CopyPlace;
  /** Of this server. */
  readonly home: string;
  readonly name: string;
  /** For files of other servers that are gone, and their size. */
  readonly dir: string;
  readonly maxBytes: number;
}
