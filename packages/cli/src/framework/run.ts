import { usageError } from './cli-error.ts';
import { type Command, type Noun, type ParsedValues, type Tree, VERB_SYNONYMS } from './command.ts';
import type { Context } from './context.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { fieldNames } from './field.ts';
import { commandHelp, nounHelp, rootHelp } from './help.ts';
import { parseCommand, wantsHelp } from './parse.ts';
import { PlannedChange } from './planned-change.ts';
import { printError, printOutput } from './print.ts';
import { suggest } from './suggest.ts';

interface Found {
  readonly command?: Command;
  readonly noun?: Noun;
  readonly rest: readonly string[];
}

/** More places of a word say nothing about what was meant. */
const MOST_PLACES = 4;

function unknown(what: string, word: string, meant: readonly string[], help: string): never {
  const places = meant.map((one) => `"${one}"`).join(' or ');
  throw usageError(
    `unknown ${what} ${JSON.stringify(word)}`,
    places === '' ? `all of them: ${help}` : `did you mean ${places}? All of them: ${help}`,
  );
}

/** What is near a word that is none of these. */
function near(word: string, known: readonly string[]): string[] {
  const found = suggest(word, known);
  return found === undefined ? [] : [found];
}

/** What a first word may have meant: a place below nouns for a word that stands there, else what is spelled like it. */
function meantBy(word: string, tree: Tree): string[] {
  const exact = placesOf(word, tree);
  if (exact.length > 0) return exact;
  const known = [...[...tree.commands, ...tree.nouns].map(({ name }) => name), ...Object.keys(tree.shortcuts ?? {})];
  const first = near(word, known);
  if (first.length > 0) return first;
  const below = tree.nouns.flatMap(({ commands }) => commands.flatMap(({ name }) => name.split(' ').slice(1)));
  return near(word, [...new Set(below)]).flatMap((one) => placesOf(one, tree));
}

/** Where a word stands below nouns: `iam users` for `users`. */
function placesOf(word: string, { nouns }: Tree): string[] {
  const places = new Set<string>();
  for (const { name } of nouns.flatMap(({ commands }) => commands)) {
    const words = name.split(' ');
    const at = words.indexOf(word);
    if (at > 0) places.add(words.slice(0, at + 1).join(' '));
  }
  return places.size > MOST_PLACES ? [] : [...places];
}

function find(tree: Tree, given: readonly string[]): Found {
  const shortcut = Object.hasOwn(tree.shortcuts ?? {}, given[0] ?? '') ? tree.shortcuts?.[given[0] ?? ''] : undefined;
  const argv = shortcut === undefined ? given : [...shortcut.split(' '), ...given.slice(1)];
  const [first, second, ...others] = argv;
  if (first === undefined || first.startsWith('-')) return { rest: argv };
  const command = tree.commands.find((c) => c.name === first);
  if (command) return { command, rest: argv.slice(1) };
  const noun = tree.nouns.find((n) => n.name === first);
  if (!noun) unknown('command', first, meantBy(first, tree), 'fgs --help');
  if (second === undefined) return { noun, rest: [] };
  const inner = innerNoun(noun, second);
  if (inner !== undefined) return findVerb(inner, others);
  return findVerb(noun, argv.slice(1));
}

/** A noun of its own below another: `users` in `iam users list`. */
function innerNoun({ name, commands }: Noun, word: string): Noun | undefined {
  const within = commands.filter((c) => c.name.startsWith(`${name} ${word} `));
  return within.length === 0
    ? undefined
    : { name: `${name} ${word}`, summary: `fgs ${name} ${word}`, commands: within };
}

function findVerb(noun: Noun, words: readonly string[]): Found {
  const [second, ...others] = words;
  const { name: first } = noun;
  if (second === undefined || second.startsWith('-')) return { noun, rest: words };
  const synonyms = Object.hasOwn(VERB_SYNONYMS, second) ? (VERB_SYNONYMS[second] ?? []) : [];
  const verb = [second, ...synonyms]
    .map((word) => noun.commands.find((c) => c.name === `${first} ${word}`))
    .find((found) => found !== undefined);
  if (!verb) {
    // the next word alone, also where a noun of its own begins with it
    const next = noun.commands.map((c) =>
      c.name
        .slice(first.length + 1)
        .split(' ', 1)
        .join(),
    );
    unknown(`verb of ${first}`, second, near(second, [...new Set(next)]), `fgs ${first} --help`);
  }
  return { command: verb, rest: others };
}

/** Read before parsing, so that even a usage error has the format that the caller reads. */
function formatOf(argv: readonly string[]): Pick<Context, 'format' | 'notation'> {
  const at = argv.lastIndexOf('--output');
  const given = (name: string) => argv.includes(`--output=${name}`) || (at >= 0 && argv[at + 1] === name);
  const notation = given('yaml') ? 'yaml' : 'json';
  return { format: given(notation) ? 'json' : 'table', notation };
}

/** Read before the command runs, so that an invalid one changes nothing. */
function requestedFields({ flags }: ParsedValues): readonly string[] | undefined {
  if (flags.field === undefined) return undefined;
  if (flags.output !== 'table') throw usageError(`--field and --output ${flags.output} exclude each other`);
  return fieldNames(String(flags.field));
}

/** `fgs --profile NAME ...`: the only flag that may stand before the command is moved behind it. */
function profileLast(argv: readonly string[]): readonly string[] {
  const count = argv[0] === '--profile' ? 2 : argv[0]?.startsWith('--profile=') === true ? 1 : 0;
  if (count === 0) return argv;
  const others = argv.slice(count);
  const end = others.indexOf('--');
  return others.toSpliced(end < 0 ? others.length : end, 0, ...argv.slice(0, count));
}

async function dispatch(tree: Tree, argv: readonly string[], context: Context, version: string): Promise<ExitCode> {
  if (argv[0] === '--version' || argv[0] === '-V' || (argv[0] === 'version' && argv.length === 1)) {
    await context.stdout.write(`fgs ${version}\n`);
    return EXIT.ok;
  }
  const words = argv[0] === 'help' ? [...argv.slice(1), '--help'] : profileLast(argv);
  const found = find(tree, words);
  if (wantsHelp(words)) {
    const help = found.command ? commandHelp(found.command) : found.noun ? nounHelp(found.noun) : rootHelp(tree);
    await context.stdout.write(help);
    return EXIT.ok;
  }
  if (found.command) {
    const values = parseCommand(found.command, found.rest);
    const fields = requestedFields(values);
    try {
      const given = values.flags['dry-run'] === true ? { ...context, isDry: true } : context;
      return await printOutput(await found.command.run(values, given), context, fields);
    } catch (error) {
      if (!(error instanceof PlannedChange)) throw error;
      return printOutput({ kind: 'message', text: error.message, data: error.data }, context, fields);
    }
  }
  if (!found.noun && words.length > 0)
    throw usageError(`unknown flag ${words[0]}`, 'flags come after the command: fgs --help');
  await context.stderr.write(found.noun ? nounHelp(found.noun) : rootHelp(tree));
  return EXIT.usage;
}

/** Runs one command line and returns the exit code. Never throws: every error is printed. */
export async function run(
  tree: Tree,
  argv: readonly string[],
  base: Omit<Context, 'format' | 'notation'>,
  version: string,
): Promise<ExitCode> {
  const context: Context = { ...base, ...formatOf(argv) };
  try {
    return await dispatch(tree, argv, context, version);
  } catch (error) {
    return printError(error, context);
  }
}
