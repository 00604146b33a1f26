import type { Json } from '../json/json.ts';

/** A sentence in each language, with `{name}` for parameters. */
export interface Sentence {
  readonly en: string;
  readonly zh: string;
}

/** A rule that a definition can break. */
export interface Rule extends Sentence {
  /** `F-xx`: the guide's rules; `X-xx`: ours; `S-xx`: the form of the document. */
  readonly code: string;
  /** Names the sentence, for a user interface with texts of its own. */
  readonly key: string;
}

export type Parameters = Readonly<Record<string, string | number>>;

/** Where a definition breaks a rule. */
export interface Place {
  readonly node?: string;
  readonly edge?: { readonly from: string; readonly to: string };
  /** Below the node, the edge or the definition: `retries[0].max_retries`. */
  readonly field?: string;
}

export interface Problem extends Place {
  readonly code: string;
  readonly key: string;
  readonly parameters: Parameters;
  readonly text: Sentence;
}

/** The rules of one area: key → code, English, Chinese. */
export function rules<const K extends string>(
  area: string,
  table: Readonly<Record<K, readonly [code: string, en: string, zh: string]>>,
): Readonly<Record<K, Rule>> {
  const entries = Object.entries(table) as [K, readonly [string, string, string]][];
  return Object.fromEntries(
    entries.map(([key, [code, en, zh]]) => [key, { code, key: `${area}.${key}`, en, zh }]),
  ) as Record<K, Rule>;
}

export function problem(rule: Rule, place: Place, parameters: Parameters = {}): Problem {
  return { code: rule.code, key: rule.key, ...place, parameters, text: sentenceOf(rule, parameters) };
}

export function sentenceOf(rule: Sentence, parameters: Parameters): Sentence {
  return { en: fill(rule.en, parameters), zh: fill(rule.zh, parameters) };
}

function fill(sentence: string, parameters: Parameters): string {
  return sentence.replaceAll(/\{(\w+)\}/g, (all, name: string) =>
    Object.hasOwn(parameters, name) ? String(parameters[name]) : all,
  );
}

const SHOWN_CHARS = 40;

/** A value for a sentence, shortened. */
export function shown(value: Json): string {
  if (Array.isArray(value)) return value.length === 0 ? '[]' : '[…]';
  if (typeof value === 'object' && value !== null) return '{…}';
  const text = typeof value === 'string' ? JSON.stringify(value.slice(0, SHOWN_CHARS + 1)) : String(value);
  return text.length > SHOWN_CHARS + 2 ? `${text.slice(0, SHOWN_CHARS)}…` : text;
}
