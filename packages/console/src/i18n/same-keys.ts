/** Plural forms differ by language: Chinese has `_other` alone. */
type Required<K> = K extends `${string}_one` ? never : K;

/** The keys of another language, each with a text. */
export type SameKeys<T> = { readonly [K in keyof T as Required<K>]: T[K] extends string ? string : SameKeys<T[K]> };
