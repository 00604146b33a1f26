/** Whether a text fits a pattern. */
export type Pattern = (text: string) => boolean;

/**
 * A pattern in which `*` stands for any text, also an empty one; nothing else is special. Takes at most (length of
 * pattern × length of text) steps.
 */
export function compilePattern(pattern: string): Pattern {
  const first = pattern.indexOf('*');
  if (first < 0) return (text) => text === pattern;
  if (/^\*+$/.test(pattern)) return () => true;
  const parts = pattern.split('*');
  const head = parts.shift() ?? '';
  const tail = parts.pop() ?? '';
  const middle = parts.filter((part) => part !== '');
  return (text) => {
    if (text.length < head.length + tail.length || !text.startsWith(head) || !text.endsWith(tail)) return false;
    const end = text.length - tail.length;
    let at = head.length;
    for (const part of middle) {
      const found = text.indexOf(part, at);
      if (found < 0 || found + part.length > end) return false;
      at = found + part.length;
    }
    return true;
  };
}
