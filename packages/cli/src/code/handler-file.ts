import type { CliError } from '../framework/index.ts';
import { type Collected, codeError } from './collect.ts';

interface Needed {
  /** For the message. */
  readonly names: string;
  readonly matches: (path: string) => boolean;
  /** The file is started as a program. */
  readonly isProgram?: true;
}

const TYPED = ['.ts', '.mts', '.cts', '.tsx'];
const leafOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const without = (handler: string): string => handler.slice(0, handler.lastIndexOf('.'));

/** The file that a runtime loads for a handler; undefined for runtimes that find their code by other means. */
function neededFile(runtime: string, handler: string): Needed | undefined {
  if (runtime.startsWith('Node.js')) {
    const base = without(handler);
    const files = ['.js', '.mjs', '.cjs'].map((ending) => base + ending);
    return { names: files.join(', '), matches: (path) => files.includes(path) };
  }
  if (runtime.startsWith('Python')) {
    const base = without(handler);
    const bases = [base, base.replaceAll('.', '/')];
    // compiled modules and packages count too
    return {
      names: `${base}.py`,
      matches: (path) => bases.some((b) => path.startsWith(`${b}.`) || path.startsWith(`${b}/`)),
    };
  }
  const program = runtime === 'http' ? 'bootstrap' : runtime === 'Custom' || runtime.startsWith('Go') ? handler : '';
  return program === '' ? undefined : { names: program, matches: (path) => path === program, isProgram: true };
}

/** The handler whose file has the same name and does exist, in another folder. */
function elsewhere(handler: string, { names }: Needed, paths: readonly string[]): string | undefined {
  const leaves = names.split(', ').map(leafOf);
  if (names.includes('.mjs')) leaves.push(...TYPED.map((ending) => leafOf(without(handler)) + ending));
  const found = paths.filter((path) => leaves.includes(leafOf(path)) && !path.includes('node_modules/'));
  const [path] = found.sort((a, b) => a.length - b.length);
  if (path === undefined) return undefined;
  return handler.includes('.') ? without(path) + handler.slice(handler.lastIndexOf('.')) : path;
}

/** Of a program that cannot be started. */
function modeFault({ names, matches }: Needed, { entries }: Collected): CliError | undefined {
  const file = entries.find(({ path }) => matches(path));
  if (file?.kind !== 'file' || file.executable) return undefined;
  return codeError(
    `the handler ${names} is started as a program, and its file is not executable`,
    `Run: chmod +x ${file.source}`,
  );
}

/** Why the collected files cannot serve the handler; undefined when its file is among them, executable if it is a program. */
export function handlerFault(runtime: string, handler: string, collected: Collected): CliError | undefined {
  const needed = neededFile(runtime, handler);
  const paths = collected.entries.map(({ path }) => path);
  if (needed === undefined) return undefined;
  if (paths.some(needed.matches)) return needed.isProgram && modeFault(needed, collected);
  const kept = collected.ignored.find(
    (path) => needed.matches(path) || (path.endsWith('/') && needed.names.startsWith(path)),
  );
  const typed = paths.find((path) => /\.[cm]?tsx?$/.test(path) && without(path) === without(handler));
  const other = elsewhere(handler, needed, paths);
  const hint =
    kept !== undefined
      ? `.gitignore leaves out ${kept}. A .fgsignore, which may be empty, takes its place.`
      : typed !== undefined && runtime.startsWith('Node.js')
        ? `${typed} is TypeScript. It is built when a tsconfig.json is beside it.`
        : other !== undefined
          ? `did you mean the handler ${other}?`
          : 'Give the folder that has this file, or another handler.';
  return codeError(
    `the handler ${handler} needs the file ${needed.names.replace(/, ([^,]*)$/, ' or $1')}, which is not in the folder`,
    hint,
  );
}
