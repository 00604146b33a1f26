import { LIMITS } from '@funcgraph/api';
import { ZipFile } from 'yazl';
import { codeError, collectEntries } from './collect.ts';

/** A fixed date without a time zone: with sorted entries, the same files always make the same bytes. */
const STAMP = { mtime: new Date(1980, 0, 1), forceDosTimestamp: true } as const;

export interface Packed {
  readonly zip: Buffer;
  readonly files: number;
}

/**
 * Zips a folder: sorted, one date for all, modes reduced to the executable bit, so that an unchanged folder is unchanged
 * code for the server. Throws CliError for a folder that cannot be a function and for an archive over 50 MB.
 */
export async function packFolder(folder: string): Promise<Packed> {
  const entries = await collectEntries(folder);
  const zip = new ZipFile();
  for (const entry of entries) {
    if (entry.kind === 'link')
      zip.addBuffer(Buffer.from(entry.target), entry.path, { ...STAMP, mode: 0o120777, compress: false });
    else zip.addFile(entry.source, entry.path, { ...STAMP, mode: entry.executable ? 0o100755 : 0o100644 });
  }
  zip.end();
  const chunks: Buffer[] = [];
  let size = 0;
  await new Promise<void>((resolve, reject) => {
    // yazl reports unreadable and changing files on the object, not on its stream
    zip.on('error', (cause) =>
      reject(codeError(`cannot read a file of ${folder}: ${String(cause)}`, 'Did it change while it was read?', cause)),
    );
    zip.outputStream.on('error', reject);
    zip.outputStream.on('end', resolve);
    zip.outputStream.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > LIMITS.codeZipBytes) {
        zip.outputStream.removeAllListeners('data').pause();
        reject(
          codeError(
            'the zipped code is over 50 MB',
            'List unneeded files in .fgsignore, or move them into a dependency.',
          ),
        );
        return;
      }
      chunks.push(chunk);
    });
  });
  return { zip: Buffer.concat(chunks), files: entries.length };
}
