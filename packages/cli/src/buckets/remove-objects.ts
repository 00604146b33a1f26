import { createHash } from 'node:crypto';
import { CliError } from '../framework/index.ts';
import { type StorageClient, textBody } from './storage-client.ts';
import { exitCodeOf } from './storage-error.ts';
import { all, decodedTextOf, textOf } from './xml.ts';

/** S3 deletes no more with one request. */
const KEYS_AT_ONCE = 1000;

/**
 * Removes objects, 1000 with one request; a key without an object is none to remove.
 * Throws CliError with the first refusal after all others of its request were removed.
 */
export async function removeObjects(
  client: StorageClient,
  bucket: string,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  for (let at = 0; at < keys.length; at += KEYS_AT_ONCE) {
    const objects = keys
      .slice(at, at + KEYS_AT_ONCE)
      .map((key) => `<Object><Key>${encodeURIComponent(key)}</Key></Object>`);
    const text = `<Delete><Quiet>true</Quiet><EncodingType>url</EncodingType>${objects.join('')}</Delete>`;
    const headers = { 'content-md5': createHash('md5').update(text).digest('base64') };
    const request = { method: 'POST', bucket, query: { delete: '' }, headers, body: textBody(text), signal } as const;
    const refused = all(await client.document(request), 'Error');
    const [first] = refused;
    if (first === undefined) continue;
    const code = textOf(first, 'Code');
    const others = refused.length === 1 ? '' : ` (and ${refused.length - 1} others)`;
    throw new CliError(`${decodedTextOf(first, 'Key')}${others}: ${textOf(first, 'Message')}`, {
      code,
      exitCode: exitCodeOf(400, code),
    });
  }
}
