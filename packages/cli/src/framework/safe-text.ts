/**
 * Text from functions and servers is not trusted: escape sequences could move the cursor, retitle or re-colour the
 * terminal. Shows control characters (but tab and newline) as `\xNN`, and the bidirectional overrides as `\uNNNN`.
 */
export function safeText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: this pattern is about control characters
  return text.replace(/\r\n/g, '\n').replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]|[\u202a-\u202e\u2066-\u2069]/g, (c) => {
    const hex = c.charCodeAt(0).toString(16);
    return hex.length <= 2 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex}`;
  });
}

/** The same on one line and without the indents of its lines, for table cells. */
export function safeCell(text: string): string {
  return safeText(text).replace(/\n[ \t]*|\t/g, ' ');
}

/** Columns that a terminal gives the text: East Asian wide characters take two. */
export function cellWidth(text: string): number {
  let width = 0;
  for (const char of text)
    width += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(char)
      ? 2
      : 1;
  return width;
}
