/** The bytes of a Base64 text, line breaks allowed; undefined for other text and for empty text. */
export function decodeBase64(text: string): Buffer | undefined {
  // some encoders break lines; most texts are large and have none, so they are copied only when it helps
  return decodeStrictly(text) ?? decodeStrictly(text.replaceAll(/\s+/g, ''));
}

/** `Buffer.from` skips characters that are not Base64; the length shows whether it skipped any. */
function decodeStrictly(text: string): Buffer | undefined {
  // one character more than whole bytes need
  if (text.length % 4 === 1) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length > 0 && bytes.length === Math.floor(((text.length - padding) * 3) / 4) ? bytes : undefined;
}
