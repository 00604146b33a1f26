import { readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { findHostJvms } from './host-jvms.ts';
import { findHostNodes } from './host-nodes.ts';
import { askVersion, fileStamp, worldReachable } from './interpreter.ts';
import { nameForVersion, type RuntimeName } from './runtime-names.ts';

export interface HostInterpreter {
  readonly runtime: RuntimeName;
  readonly version: string;
  /** The program; for a JVM, which needs its files around it, the folder of its tree. */
  readonly program: string;
  readonly kind: 'file' | 'tree';
  readonly stamp: string;
}

/** Only programs of the system: their libraries are visible in every sandbox, which shows `/usr`. */
const SYSTEM_FOLDERS = ['/usr/bin', '/usr/local/bin'];
const PYTHON = /^python(2\.7|3|3\.\d{1,2})$/;

async function pythonPrograms(): Promise<string[]> {
  const found = new Set<string>();
  for (const folder of SYSTEM_FOLDERS) {
    let names: string[];
    try {
      names = await readdir(folder);
    } catch {
      // A machine without this folder has no Python in it.
      continue;
    }
    for (const name of names.filter((each) => PYTHON.test(each)))
      found.add(await realpath(join(folder, name)).catch(() => ''));
  }
  found.delete('');
  return [...found].filter((path) => path.startsWith('/usr/'));
}

export interface HostPlaces {
  /** Folders in which Node.js is looked for. */
  readonly searchPath: readonly string[];
  /** The Node.js that runs the platform; functions get it when no other is found. */
  readonly platformNode: string;
}

/**
 * The Node.js programs, the Pythons of the system and the JVMs of this machine. `known(path, stamp)` may return the version
 * found earlier, which saves a start of the program. Programs that do not run are left out.
 */
export async function findHostInterpreters(
  { searchPath, platformNode }: HostPlaces,
  known: (path: string, stamp: string) => string | undefined,
): Promise<HostInterpreter[]> {
  const nodes = await findHostNodes(searchPath, known);
  const candidates: { language: 'nodejs' | 'python'; program: string }[] = [
    ...(nodes.length > 0 ? nodes : [await realpath(platformNode)]).map((program) => ({
      language: 'nodejs' as const,
      program,
    })),
    ...(await pythonPrograms()).map((program) => ({ language: 'python' as const, program })),
  ];
  const found = await Promise.all(
    candidates.map(async ({ language, program }): Promise<HostInterpreter | undefined> => {
      try {
        if (language === 'python' && !(await worldReachable(program))) return undefined;
        const stamp = await fileStamp(program);
        const version = known(program, stamp) ?? (await askVersion(program, language));
        const runtime = nameForVersion(language, version);
        return runtime === undefined ? undefined : { runtime, version, program, kind: 'file', stamp };
      } catch {
        // A broken system interpreter is ignored.
        return undefined;
      }
    }),
  );
  return [...found.filter((each) => each !== undefined), ...(await hostJvms(known))];
}

async function hostJvms(known: (path: string, stamp: string) => string | undefined): Promise<HostInterpreter[]> {
  // Of several with one major version the newest is taken.
  return (await findHostJvms(known)).reverse().flatMap(({ home, version, stamp }) => {
    const runtime = nameForVersion('java', version);
    return runtime === undefined ? [] : [{ runtime, version, program: home, kind: 'tree' as const, stamp }];
  });
}
