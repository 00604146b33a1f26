import { parseArgs } from 'node:util';
import { usageError } from './cli-error.ts';
import type { Command, ParsedValues } from './command.ts';
import type { FlagSpec, FlagSpecs, RawValue } from './flag.ts';
import { flag } from './flag.ts';
import { suggest } from './suggest.ts';

/** Flags that every command has. */
export const GLOBAL_FLAGS = {
  help: flag.boolean('show this help', { short: 'h' }),
  output: flag.text('FORMAT', 'how results are printed: table for people, json or yaml for programs', {
    choices: ['table', 'json', 'yaml'],
    fallback: 'table',
  }),
  field: flag.text(
    'NAME[,NAME]',
    'print only these fields of the result, named as in json: a line for each result, a tab between fields',
  ),
} as const satisfies FlagSpecs;

interface Given {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inline: boolean;
}

function tokenize(argv: readonly string[], specs: FlagSpecs): { given: Given[]; words: string[] } {
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [
      name,
      {
        type: spec.type === 'boolean' ? ('boolean' as const) : ('string' as const),
        ...(spec.short ? { short: spec.short } : {}),
      },
    ]),
  );
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true });
  const given: Given[] = [];
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind === 'option') {
      given.push({ name: token.name, rawName: token.rawName, value: token.value, inline: token.inlineValue === true });
    }
  }
  return { given, words };
}

/** `--name --memory 128` must not take `--memory` for a name; `-`, numbers and inline values may start with a dash. */
function looksLikeFlag(flag: Given): boolean {
  return !flag.inline && flag.value !== undefined && /^-[^\d]/.test(flag.value);
}

function convert(flag: Given, spec: FlagSpec): string | number | boolean {
  if (spec.type === 'boolean') {
    if (flag.value !== undefined) throw usageError(`${flag.rawName} takes no value`);
    return true;
  }
  if (flag.value === undefined || looksLikeFlag(flag)) {
    throw usageError(
      `${flag.rawName} needs a value`,
      `${flag.rawName} ${spec.placeholder ?? 'VALUE'}: ${spec.summary}`,
    );
  }
  if (spec.choices && !spec.choices.includes(flag.value)) {
    throw usageError(
      `${flag.rawName} cannot be ${JSON.stringify(flag.value)}`,
      `choose one of: ${spec.choices.join(', ')}`,
    );
  }
  if (spec.type !== 'integer') return flag.value;
  if (!/^-?\d{1,15}$/.test(flag.value))
    throw usageError(`${flag.rawName} needs a whole number, not ${JSON.stringify(flag.value)}`);
  return Number(flag.value);
}

function collect(given: readonly Given[], specs: FlagSpecs, help: string): Record<string, RawValue> {
  const values: Record<string, RawValue> = {};
  const lists = new Map<string, string[]>();
  for (const [name, spec] of Object.entries(specs)) {
    if (spec.type === 'boolean') values[name] = false;
    else if (spec.type === 'list') lists.set(name, []);
    else values[name] = spec.fallback;
  }
  const seen = new Set<string>();
  for (const flag of given) {
    const spec = Object.hasOwn(specs, flag.name) ? specs[flag.name] : undefined;
    if (spec === undefined) {
      const near = suggest(flag.name, Object.keys(specs));
      throw usageError(
        `unknown flag ${flag.rawName}`,
        near === undefined ? `all of them: ${help}` : `did you mean --${near}? All of them: ${help}`,
      );
    }
    const value = convert(flag, spec);
    const list = lists.get(flag.name);
    if (list) list.push(String(value));
    else if (seen.has(flag.name)) throw usageError(`${flag.rawName} is given twice`);
    else values[flag.name] = value;
    seen.add(flag.name);
  }
  for (const [name, list] of lists) values[name] = list;
  for (const [name, spec] of Object.entries(specs)) {
    if (spec.required && !seen.has(name))
      throw usageError(`--${name} is missing`, `--${name} ${spec.placeholder ?? 'VALUE'}: ${spec.summary}`);
  }
  return values;
}

/** True when help is requested anywhere before `--`, so that `fgs x y --help` works with required flags missing. */
export function wantsHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end < 0 ? argv.length : end).some((word) => word === '--help' || word === '-h');
}

/** Checks the words after a command's name against its specs. Throws a usage error that names the fault. */
export function parseCommand(command: Command, argv: readonly string[]): ParsedValues {
  const specs: FlagSpecs = { ...GLOBAL_FLAGS, ...command.flags };
  const { given, words } = tokenize(argv, specs);
  const help = `fgs ${command.name} --help`;
  const flags = collect(given, specs, help);
  const args: Record<string, string | readonly string[] | undefined> = {};
  command.args.forEach((spec, index) => {
    // as from a variable of a script that is not set
    if (words.slice(index, spec.many ? undefined : index + 1).includes(''))
      throw usageError(`<${spec.name}> is empty`, `<${spec.name}>: ${spec.summary}`);
    if (spec.many) {
      args[spec.name] = words.splice(index);
      return;
    }
    const word = words[index];
    if (word === undefined && !spec.optional)
      throw usageError(`<${spec.name}> is missing`, `<${spec.name}>: ${spec.summary}`);
    args[spec.name] = word;
  });
  const extra = words[command.args.length];
  if (extra !== undefined) throw usageError(`unexpected argument ${JSON.stringify(extra)}`, `what it takes: ${help}`);
  return { flags, args };
}
