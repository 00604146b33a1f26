import type { Connection } from '../../connection/index.ts';

/** Downloads the archive behind a link of the API. The last part of the link is a ticket: no right is needed. */
export async function download(link: string, { client }: Connection, signal: AbortSignal): Promise<Buffer> {
  const ticket = link.slice(link.lastIndexOf('/') + 1);
  const chunks: Uint8Array[] = [];
  for await (const piece of (await client.pieces('downloadFunctionCode', { params: { ticket }, signal })).pieces) {
    chunks.push(piece);
  }
  return Buffer.concat(chunks);
}
