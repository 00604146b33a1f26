import type { Command, Noun, Tree } from './command.ts';
import { EXIT_MEANINGS } from './exit-code.ts';
import type { FlagSpec, FlagSpecs } from './flag.ts';
import { GLOBAL_FLAGS } from './parse.ts';

function aligned(pairs: readonly (readonly [string, string])[]): string {
  const width = Math.max(...pairs.map(([left]) => left.length));
  return pairs.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`.trimEnd()).join('\n');
}

function flagLine(name: string, spec: FlagSpec): readonly [string, string] {
  const value = spec.type === 'boolean' ? '' : ` ${spec.placeholder ?? 'VALUE'}`;
  const notes = [
    spec.choices?.join(' | '),
    spec.required && 'required',
    spec.type === 'list' && 'may be repeated',
    spec.fallback !== undefined && `default: ${spec.fallback}`,
  ].filter(Boolean);
  const left = `${spec.short ? `-${spec.short}, ` : '    '}--${name}${value}`;
  return [left, notes.length > 0 ? `${spec.summary} (${notes.join('; ')})` : spec.summary];
}

const flagLines = (flags: FlagSpecs): string =>
  aligned(Object.entries(flags).map(([name, spec]) => flagLine(name, spec)));

export function commandHelp(command: Command): string {
  const words = command.args.map(({ name, optional, many }) =>
    many ? `[${name}...]` : optional ? `[${name}]` : `<${name}>`,
  );
  const parts = [command.summary, `Usage:\n  ${['fgs', command.name, ...words, '[flags]'].join(' ')}`];
  if (command.args.length > 0) parts.push(`Arguments:\n${aligned(command.args.map((arg) => [arg.name, arg.summary]))}`);
  parts.push(`Flags:\n${flagLines({ ...command.flags, ...GLOBAL_FLAGS })}`);
  parts.push(`Examples:\n${command.examples.map((line) => `  ${line}`).join('\n')}`);
  return `${parts.join('\n\n')}\n`;
}

export function nounHelp(noun: Noun): string {
  const verbs = noun.commands.map((c): [string, string] => [c.name.slice(noun.name.length + 1), c.summary]);
  const examples = noun.commands.flatMap((c) => c.examples.slice(0, 1));
  return `${noun.summary}\n\nUsage:\n  fgs ${noun.name} <verb> [flags]\n\nVerbs:\n${aligned(verbs)}\n\nExamples:\n${examples.map((line) => `  ${line}`).join('\n')}\n`;
}

export function rootHelp(tree: Tree): string {
  const commands = tree.commands.map((c): [string, string] => [c.name, c.summary]);
  const nouns = tree.nouns.map((n): [string, string] => [n.name, n.summary]);
  const shortcuts = Object.entries(tree.shortcuts ?? {}).map(([name, full]): [string, string] => [name, `fgs ${full}`]);
  const codes = EXIT_MEANINGS.map(([code, meaning]): [string, string] => [String(code), meaning]);
  return [
    'fgs: functions on your own machine, with the FunctionGraph API',
    `Usage:\n  fgs <command> [flags]\n  fgs <noun> <verb> [flags]`,
    `Commands:\n${aligned(commands)}`,
    `Nouns:\n${aligned(nouns)}`,
    `Shortcuts:\n${aligned([...shortcuts, ['ls, rm, get', 'as verbs: list, delete, show']])}`,
    `Examples:\n  fgs up\n  fgs functions deploy ./my-function --runtime Node.js --handler index.handler\n  fgs functions invoke my-function --data '{"name":"Ada"}'`,
    `Environment:\n${aligned([
      [
        'FGS_CREDENTIALS',
        'credentials file, as a first start and fgs iam keys create --save write it; wins over the rest',
      ],
      ['FGS_PROFILE', 'profile to use, as --profile does'],
      ['FGS_ENDPOINT', 'address of the server; else from the credentials file'],
      ['FGS_STORAGE_ENDPOINT', 'address of its buckets; else from the credentials file'],
      ['FGS_ACCESS_KEY, FGS_SECRET_KEY', 'who you are; else from the credentials file'],
      ['FGS_SECURITY_TOKEN', 'belongs to a temporary access key'],
      ['FGS_PROJECT_ID, FGS_REGION', 'which project; else from the credentials file'],
      ['NO_COLOR', 'no colours in a terminal'],
      ['FGS_DATA_DIR', 'where a local server keeps its data and its credentials file'],
      ['FGS_DATABASE_URL', 'PostgreSQL database of a local server, with the password; else SQLite'],
    ])}`,
    `Exit codes:\n${aligned(codes)}`,
    'Help on anything: fgs <noun> --help, fgs <noun> <verb> --help\n',
  ].join('\n\n');
}
