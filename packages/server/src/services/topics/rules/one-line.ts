/** Without line breaks and control characters, which would begin another header of an e-mail. */
export function isOneLine(text: string): boolean {
  return !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text);
}
