import { type Command, type Tree, VERB_SYNONYMS } from '../framework/index.ts';

export interface CompletionFlag {
  readonly name: string;
  readonly short: string | undefined;
  readonly takesValue: boolean;
  readonly choices: readonly string[];
  readonly summary: string;
}

/** What may follow some words of a command line. */
export interface CompletionPlace {
  /** The words, with a space between; empty behind `fgs` itself. */
  readonly words: string;
  readonly next: readonly { readonly word: string; readonly summary: string }[];
  readonly flags: readonly CompletionFlag[];
}

interface Open {
  readonly next: Map<string, string>;
  flags: readonly CompletionFlag[];
}

function flagsOf(command: Command, global: Command['flags']): CompletionFlag[] {
  return Object.entries({ ...command.flags, ...global }).map(([name, { short, type, choices = [], summary }]) => ({
    name,
    short,
    takesValue: type !== 'boolean',
    choices,
    summary,
  }));
}

/** All places of the command tree, parents before their children. `global` are the flags of every command. */
export function completionPlaces(tree: Tree, global: Command['flags']): CompletionPlace[] {
  const places = new Map<string, Open>([['', { next: new Map(), flags: [] }]]);
  const placeOf = (words: string): Open => {
    const place = places.get(words) ?? { next: new Map<string, string>(), flags: [] };
    places.set(words, place);
    return place;
  };
  const add = (words: readonly string[], command: Command, summaries: readonly string[]): void => {
    words.forEach((word, index) => {
      const { next } = placeOf(words.slice(0, index).join(' '));
      if (!next.has(word)) next.set(word, summaries[index] ?? command.summary);
    });
    placeOf(words.join(' ')).flags = flagsOf(command, global);
  };
  for (const command of tree.commands) add(command.name.split(' '), command, []);
  for (const noun of tree.nouns) {
    for (const command of noun.commands) {
      const words = command.name.split(' ');
      add(words, command, [noun.summary, ...(words.length > 2 ? [`${words[1]}`] : [])]);
    }
  }
  for (const [name, full] of Object.entries(tree.shortcuts ?? {})) {
    placeOf('').next.set(name, `fgs ${full}`);
    placeOf(name).flags = placeOf(full).flags;
  }
  for (const [words, { next }] of [...places]) {
    for (const [synonym, verbs] of Object.entries(VERB_SYNONYMS)) {
      const verb = verbs.find((each) => next.has(each));
      // not offered, as the verb itself is, but its flags are
      if (words !== '' && verb !== undefined && !next.has(synonym))
        placeOf(`${words} ${synonym}`).flags = placeOf(`${words} ${verb}`).flags;
    }
  }
  return [...places].map(([words, { next, flags }]) => ({
    words,
    next: [...next].map(([word, summary]) => ({ word, summary })),
    flags,
  }));
}
