export type Words = Readonly<Record<string, string>>;

/** Replaces each `${word}`; `$${` stands for the text `${`. Throws what `unknown` makes of a word that is none. */
export function fillIn(text: string, words: Words, unknown: (word: string) => Error): string {
  return text.replace(/\$?\$\{([^}]*)\}/g, (whole: string, word: string) => {
    if (whole.startsWith('$$')) return whole.slice(1);
    const value = Object.hasOwn(words, word) ? words[word] : undefined;
    if (value === undefined) throw unknown(word);
    return value;
  });
}

/** The values of a map as text, filled in. */
export function fillInAll(
  values: Readonly<Record<string, string | number | boolean>>,
  words: Words,
  unknown: (word: string) => Error,
): Words {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, fillIn(String(value), words, unknown)]));
}

/** The same value with all its texts filled in. */
export function fillInDeep<T>(value: T, words: Words, unknown: (word: string) => Error): T {
  const deep = (one: unknown): unknown => {
    if (typeof one === 'string') return fillIn(one, words, unknown);
    if (Array.isArray(one)) return one.map(deep);
    if (typeof one !== 'object' || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([key, inner]) => [key, deep(inner)]));
  };
  return deep(value) as T;
}
