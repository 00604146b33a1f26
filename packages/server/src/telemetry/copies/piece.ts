import { gunzipSync } from 'node:zlib';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { digestOf } from './pack.ts';
import type { Piece, UsageCopy } from './types.ts';

/** A piece has a few MB of text; the usage of a year may have more. */
const MAX_TEXT_BYTES = 64 * 1024 * 1024;
export const MAX_FILE_BYTES = MAX_TEXT_BYTES;

const Seq = Type.Integer({ minimum: 0 });
const Key = Type.String({ maxLength: 1024 });
const Text = Type.String({ maxLength: 1024 });
const Count = Type.Number({ minimum: 0 });

const PieceSchema = Compile(
  Type.Object({
    lines: Type.Array(
      Type.Object({
        ...{ seq: Seq, key: Key, time: Count, version: Text, requestId: Text, instanceId: Text },
        ...{ level: Type.Integer({ minimum: 0, maximum: 3 }), message: Type.String() },
      }),
    ),
    chunks: Type.Array(
      Type.Object({
        ...{ seq: Seq, lineSeq: Seq },
        chunk: Type.Object({
          ...{ functionKey: Key, count: Type.Integer({ minimum: 1, maximum: 1000 }), minute: Type.Number() },
          columns: Type.Object({
            same: Type.Record(Type.String(), Type.Unknown()),
            few: Type.Record(
              Type.String(),
              Type.Object({ values: Type.Array(Type.Unknown()), at: Type.Array(Type.Integer()) }),
            ),
            each: Type.Record(Type.String(), Type.Array(Type.Unknown())),
          }),
        }),
      }),
    ),
    gauges: Type.Array(
      Type.Object({
        ...{ minute: Seq, functionKey: Key, qualifier: Text },
        ...{ concurrency: Count, reserved: Count, instances: Count },
      }),
    ),
    cuts: Type.Array(Type.Object({ key: Key, time: Type.Number() })),
  }),
);

const UsageSchema = Compile(
  Type.Object({
    days: Type.Array(Type.Object({ day: Text, project: Text, calls: Count, gb_s: Count })),
    closed: Type.Array(Text),
  }),
);

/** Throws for bytes that are not those of the digest, or no piece. */
export function unpackPiece(bytes: Buffer, sha256: string): Piece {
  const value = jsonOf(bytes, sha256);
  if (!PieceSchema.Check(value)) throw new Error('not a piece of a log');
  return value as Piece;
}

/** Throws like `unpackPiece`. */
export function unpackUsage(bytes: Buffer, sha256: string): UsageCopy {
  const value = jsonOf(bytes, sha256);
  if (!UsageSchema.Check(value)) throw new Error('not the usage of projects');
  return value as UsageCopy;
}

function jsonOf(bytes: Buffer, sha256: string): unknown {
  if (digestOf(bytes) !== sha256) throw new Error('the bytes of a copy are not those that were written');
  return JSON.parse(gunzipSync(bytes, { maxOutputLength: MAX_TEXT_BYTES }).toString('utf8'));
}
