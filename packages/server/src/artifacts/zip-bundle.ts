import type { Readable } from 'node:stream';
import { ZipFile } from 'yazl';

/** One file of a bundle: bytes in memory, or a stream of a known size that is opened when it is needed. */
export type BundleEntry =
  | { readonly name: string; readonly bytes: Buffer; readonly executable?: boolean }
  | { readonly name: string; readonly sizeBytes: number; readonly open: () => Readable };

/** The same entries always produce the same bytes. */
const SETTINGS = { mtime: new Date(1980, 0, 1), forceDosTimestamp: true, mode: 0o100644, compress: false } as const;
const EXECUTABLE = 0o100755;

/**
 * A zip that is generated while it is read. Entries are stored uncompressed: code is compressed already. The stream is
 * destroyed with the cause when an entry cannot be read.
 */
export function bundleZip(entries: readonly BundleEntry[]): { readonly stream: Readable; readonly sizeBytes: number } {
  const zip = new ZipFile();
  const stream = zip.outputStream as Readable;
  zip.on('error', (cause) => stream.destroy(cause instanceof Error ? cause : new Error(String(cause))));
  for (const entry of entries) {
    if ('bytes' in entry) {
      zip.addBuffer(entry.bytes, entry.name, entry.executable === true ? { ...SETTINGS, mode: EXECUTABLE } : SETTINGS);
      continue;
    }
    zip.addReadStreamLazy(entry.name, { ...SETTINGS, size: entry.sizeBytes }, (give) => {
      const source = entry.open();
      source.once('error', (cause) => stream.destroy(cause));
      stream.once('close', () => source.destroy());
      give(null, source);
    });
  }
  let sizeBytes = -1;
  // called at once, because every size is known; the published types lack the argument
  const reported = (size: number): void => {
    sizeBytes = size;
  };
  zip.end({ forceZip64Format: false, comment: '' }, reported as () => void);
  if (sizeBytes < 0) throw new Error('the size of a bundle is not known before it is read');
  return { stream, sizeBytes };
}
