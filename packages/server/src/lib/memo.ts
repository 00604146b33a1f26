/**
 * Caches the results of a pure function for at most `size` different arguments; evicts all of them when there are more.
 * For values that repeat on the warm path. Arguments over `maxLength` characters are not kept.
 */
export function memo<T>(size: number, maxLength: number, compute: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const value = compute(text);
    if (text.length > maxLength) return value;
    if (known.size >= size) known.clear();
    known.set(text, value);
    return value;
  };
}
