type Words = Readonly<Record<string, string>>;

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
