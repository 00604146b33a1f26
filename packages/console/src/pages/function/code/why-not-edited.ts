/** Larger code is only uploaded. */
const MOST_EDITED_BYTES = 3 * 1024 * 1024;
/** Code in these languages is compiled before it is uploaded. */
const COMPILED = /^(java|go|c#)/i;

interface Stored {
  readonly runtime: string;
  readonly code_type: string;
  readonly code_size: number;
}

/** Why the console has no editor for the code of a function that has an archive. */
export function reasonBeforeReading({ runtime, code_type: type, code_size: size }: Stored) {
  if (type.toLowerCase() === 'custom-image-swr' || /^custom image$/i.test(runtime)) return 'image';
  if (COMPILED.test(runtime)) return 'compiled';
  return size > MOST_EDITED_BYTES ? 'large' : undefined;
}

/** What could be read, and is no archive or too large once unpacked, counts as large. */
export const whyNotEdited = (stored: Stored) => reasonBeforeReading(stored) ?? 'large';
