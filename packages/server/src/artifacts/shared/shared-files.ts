/**
 * Files by name in a place that servers share, beside the bytes of `SharedBlobs`. A file appears complete or not at all.
 * Names are relative paths of letters, digits, `.`, `_` and `-`. When the place cannot be reached, methods throw
 * `artifacts_unavailable`.
 */
export interface SharedFiles {
  /** Copies a local file; durable when it resolves. */
  put(name: string, file: string): Promise<void>;
  /** Makes an empty file. */
  mark(name: string): Promise<void>;
  /** The content; undefined for a file that does not exist. Throws for one of more than so many bytes. */
  read(name: string, maxBytes: number): Promise<Buffer | undefined>;
  /** Names of all files below a folder, without order. None when it does not exist. */
  list(folder: string): Promise<readonly string[]>;
  /** Nothing happens when the file does not exist. */
  remove(name: string): Promise<void>;
}

const NAME = /^(?!\.)[\w.-]+(\/(?!\.)[\w.-]+)*$/;

/** Throws for a name that could be outside of the place. */
export function checkFileName(name: string): string {
  if (name.length > 512 || !NAME.test(name)) throw new Error('not the name of a shared file');
  return name;
}
