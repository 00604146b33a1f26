import { type FileHandle, open } from 'node:fs/promises';

const CHUNK = 64 * 1024;
/** No line is longer; what is, was damaged. */
const MAX_LINE = 1024 * 1024;
const NEWLINE = 0x0a;

export interface PlacedLine {
  readonly text: string;
  /** Where it begins in the file. */
  readonly at: number;
}

/**
 * Lines of a file from its end, or from the line before `end`, in portions of some 64 KB. What follows the last newline is
 * no line yet. Nothing for a file that was removed.
 */
export async function* linesBackwards(path: string, end?: number): AsyncGenerator<PlacedLine[]> {
  let file: FileHandle;
  try {
    file = await open(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    const { size } = await file.stat();
    let to = Math.min(end ?? size, size);
    for (let length = CHUNK; to > 0; ) {
      const from = Math.max(0, to - length);
      const bytes = Buffer.alloc(to - from);
      await file.read(bytes, 0, bytes.length, from);
      const before = from === 0 ? -1 : bytes.indexOf(NEWLINE);
      const last = bytes.lastIndexOf(NEWLINE);
      if (from > 0 && before === last) {
        // not one whole line: a longer portion has it
        if (length >= MAX_LINE) to = from;
        else length *= 2;
        continue;
      }
      yield linesIn(bytes.subarray(before + 1, last + 1), from + before + 1);
      to = from + before + 1;
      length = CHUNK;
    }
  } finally {
    await file.close();
  }
}

/** The last line first. */
function linesIn(bytes: Buffer, at: number): PlacedLine[] {
  const lines: PlacedLine[] = [];
  for (let end = bytes.length - 1; end >= 0; ) {
    const start = end === 0 ? 0 : bytes.lastIndexOf(NEWLINE, end - 1) + 1;
    lines.push({ text: bytes.toString('utf8', start, end), at: at + start });
    end = start - 1;
  }
  return lines;
}
