import { readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { askVersion, fileStamp, type VersionQuestion, worldReachable } from '../../programs/interpreter-file.ts';

export interface HostJvm {
  /** Folder with `bin/java` in it. */
  readonly home: string;
  /** As the JVM reports it; `8.0.392` for `1.8.0_392`. */
  readonly version: string;
  readonly stamp: string;
}

export const QUESTION: VersionQuestion = {
  arguments: ['-version'],
  // `openjdk version "17.0.21" 2026-10-20`, `java version "1.8.0_392"` or `"21"`: always three numbers.
  versionIn({ stderr }) {
    const found = /version "(?:1\.(?=8))?(\d+)(?:[._](\d+))?(?:[._](\d+))?/.exec(stderr);
    return found === null ? '' : [found[1], found[2] ?? '0', found[3] ?? '0'].join('.');
  },
};

/** Where packages of the system put JVMs; its libraries and settings are visible in every sandbox. */
const FOLDER = '/usr/lib/jvm';

/**
 * The JVMs of this machine, oldest version first. `known(home, stamp)` may give a version found earlier. JVMs that do
 * not run, or that other users cannot reach, are left out.
 */
export async function findHostJvms(
  known: (home: string, stamp: string) => string | undefined = () => undefined,
): Promise<HostJvm[]> {
  let names: string[];
  try {
    names = await readdir(FOLDER);
  } catch {
    // A machine without Java.
    return [];
  }
  const homes = new Set<string>();
  for (const name of names) homes.add(await realpath(join(FOLDER, name)).catch(() => ''));
  homes.delete('');
  const found = await Promise.all(
    [...homes].map(async (home): Promise<HostJvm | undefined> => {
      try {
        const program = join(home, 'bin', 'java');
        if (!(await worldReachable(program))) return undefined;
        const stamp = await fileStamp(program);
        return { home, version: known(home, stamp) ?? (await askVersion(program, QUESTION)), stamp };
      } catch {
        // A folder without a JVM in it, or with a broken one.
        return undefined;
      }
    }),
  );
  return found
    .filter((jvm) => jvm !== undefined)
    .sort((a, b) => a.version.localeCompare(b.version, 'en', { numeric: true }));
}
