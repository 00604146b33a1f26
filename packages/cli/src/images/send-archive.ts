import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type Client, LIMITS } from '@funcgraph/api';
import { systemCode, usageError } from '../framework/index.ts';
import { folderArchive } from './folder-archive.ts';

/** The bytes of an archive file, or of a folder with an OCI layout as an archive. Throws CliError when it cannot be read. */
export async function archiveBytes(path: string, shown: string): Promise<AsyncIterable<Uint8Array>> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return folderArchive(path);
    if (!found.isFile()) throw usageError(`${shown} is neither a file nor a folder`);
    return createReadStream(path, { highWaterMark: 1 << 20 });
  } catch (cause) {
    const code = systemCode(cause);
    if (code === undefined || code.startsWith('CLI.')) throw cause;
    throw usageError(`cannot read ${shown}: ${code}`);
  }
}

/**
 * Sends an archive in pieces and returns the upload, which is removed again when that fails. `onSent` gets the bytes
 * sent so far.
 */
export async function sendArchive(
  client: Client,
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  onSent: (size: number) => void,
): Promise<string> {
  const { upload } = (await client.call('beginImageUpload', { signal })).data;
  const params = { upload };
  let sent = 0;
  try {
    for await (const body of pieces(bytes)) {
      const { data } = await client.call('sendImagePiece', { params, query: { offset: String(sent) }, body, signal });
      sent = data.size;
      onSent(sent);
    }
    return upload;
  } catch (error) {
    await client.call('dropImageUpload', { params }).catch(() => undefined);
    throw error;
  }
}

async function* pieces(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const piece = new Uint8Array(LIMITS.imagePieceBytes);
  let filled = 0;
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + piece.length - filled);
      piece.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < piece.length) continue;
      yield piece;
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}
