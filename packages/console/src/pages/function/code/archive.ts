import { unzipSync, type Zippable, zipSync } from 'fflate';
import { externalAttributes } from './zip-directory.ts';

/** A file of the code: text when it can be edited. */
export interface CodeFile {
  readonly text?: string;
  readonly bytes: Uint8Array;
  /** Kind and permissions, as zip stores them: programs stay executable. */
  readonly attributes?: number | undefined;
}

export type CodeFiles = ReadonlyMap<string, CodeFile>;

export class NotEditable extends Error {}

/** An archive may say that it holds more than a browser can. */
const MOST_BYTES = 20 * 1024 * 1024;
const MOST_FILES = 2000;
const LINK = 0o120000;

const isLink = (attributes = 0): boolean => ((attributes >>> 16) & 0o170000) === LINK;

export const textFile = (text: string, attributes?: number): CodeFile => ({
  text,
  bytes: new TextEncoder().encode(text),
  attributes,
});

function fileOf(bytes: Uint8Array, attributes: number | undefined): CodeFile {
  if (isLink(attributes) || bytes.includes(0)) return { bytes, attributes };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), bytes, attributes };
  } catch {
    return { bytes, attributes };
  }
}

/** The files of a zip by path, those of folders ending in a slash. Throws for what is no zip or too large. */
export function readArchive(zip: Uint8Array): CodeFiles {
  let bytes = 0;
  let files = 0;
  const filter = ({ originalSize }: { originalSize: number }) => {
    bytes += originalSize;
    files += 1;
    if (bytes > MOST_BYTES || files > MOST_FILES) throw new NotEditable();
    return true;
  };
  const unpacked = unzipSync(zip, { filter });
  const attributes = externalAttributes(zip);
  return new Map(Object.entries(unpacked).map(([path, content]) => [path, fileOf(content, attributes.get(path))]));
}

const UNIX = 3;

export function writeArchive(files: CodeFiles): Uint8Array<ArrayBuffer> {
  const entries: Zippable = Object.create(null);
  for (const [path, { bytes, attributes }] of files)
    entries[path] = attributes === undefined ? bytes : [bytes, { os: UNIX, attrs: attributes }];
  return new Uint8Array(zipSync(entries));
}
