import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { MaintenanceError } from './maintenance-error.ts';

export const MANIFEST = 'backup.json';
export const DATABASE = 'funcgraph.db';

const CHUNK_BYTES = 2 ** 20;

const Manifest = Type.Object({
  format: Type.Literal(1),
  created_at: Type.String(),
  files: Type.Array(
    Type.Object({
      path: Type.String({ pattern: '^(?!.*\\.\\.)[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$' }),
      bytes: Type.Integer({ minimum: 0 }),
      sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    }),
  ),
});
const validator = Compile(Manifest);
export type Manifest = Static<typeof Manifest>;
export type BackedUpFile = Manifest['files'][number];

/** Throws `backup.unreadable` when it is no backup. */
export async function readManifest(folder: string): Promise<Manifest> {
  try {
    const value: unknown = JSON.parse(await readFile(join(folder, MANIFEST), 'utf8'));
    if (validator.Check(value)) return value;
    throw new Error(`${MANIFEST} is not what a backup has`);
  } catch (cause) {
    throw new MaintenanceError('backup.unreadable', `${folder} is not a whole backup: ${(cause as Error).message}`, {
      hint: `A backup is a folder with a ${MANIFEST}, which is written last. Make a new one with: fgs backup create DIR`,
      cause,
    });
  }
}

export interface CopiedFile extends Omit<BackedUpFile, 'path'> {
  readonly md5: string;
}

/** Copies a file durably and returns its state at the time of the copy. Rejects with ENOENT when it is missing. */
export async function copyFileHashed(from: string, to: string, mode: number): Promise<CopiedFile> {
  const hash = createHash('sha256');
  const md5 = createHash('md5');
  let bytes = 0;
  await mkdir(dirname(to), { recursive: true });
  await using source = await open(from, 'r');
  const target = await open(to, 'wx', mode);
  try {
    const chunks = source.createReadStream({ highWaterMark: CHUNK_BYTES, autoClose: false });
    for await (const chunk of chunks as AsyncIterable<Buffer>) {
      hash.update(chunk);
      md5.update(chunk);
      bytes += chunk.length;
      for (let done = 0; done < chunk.length; ) done += (await target.write(chunk, done)).bytesWritten;
    }
    await target.sync();
  } finally {
    await target.close();
  }
  return { bytes, sha256: hash.digest('hex'), md5: md5.digest('hex') };
}

export async function hashFile(path: string, algorithm: 'sha256' | 'md5' = 'sha256'): Promise<string> {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
