import { chmod, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError, type Context, EXIT, makeFolders, suggest, systemCode, usageError } from '../framework/index.ts';

/** Names of files too, therefore without folders. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

type Place = Pick<Context, 'env' | 'cwd'>;

function folderOf({ env, cwd }: Place): string {
  return join(env.XDG_CONFIG_HOME || join(env.HOME || cwd, '.config'), 'funcgraph');
}

/** The credentials file of a profile. Throws a usage error for a text that is no name. */
export function profileFile(name: string, place: Place): string {
  if (NAME.test(name)) return join(folderOf(place), 'profiles', `${name}.json`);
  throw usageError(`not a name of a profile: ${JSON.stringify(name)}`, 'letters, digits, dots, _ and -');
}

const currentFile = (place: Place): string => join(folderOf(place), 'current-profile');

async function readIfPresent(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** The profile that commands take without being given one; undefined for the local server. */
export async function currentProfile(place: Place): Promise<string | undefined> {
  const name = (await readIfPresent(currentFile(place)))?.trim();
  return name !== undefined && NAME.test(name) ? name : undefined;
}

export async function profileNames(place: Place): Promise<string[]> {
  try {
    const files = await readdir(join(folderOf(place), 'profiles'));
    return files.flatMap((file) => (file.endsWith('.json') ? [file.slice(0, -'.json'.length)] : [])).sort();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Throws a `CliError` with the nearest name for a profile that does not exist. */
export async function checkProfile(name: string, place: Place): Promise<void> {
  const names = await profileNames(place);
  profileFile(name, place);
  if (names.includes(name)) return;
  const near = suggest(name, names);
  throw new CliError(`there is no profile ${name}`, {
    code: 'CLI.NO_PROFILE',
    exitCode: EXIT.denied,
    hint: near === undefined ? 'fgs profiles list shows them; fgs profiles add makes one' : `did you mean ${near}?`,
  });
}

/** For the owner alone, and never half written. */
async function writePrivate(file: string, text: string): Promise<void> {
  await makeFolders(join(file, '..'), 0o700);
  const fresh = `${file}.${process.pid}.new`;
  await writeFile(fresh, text, { mode: 0o600 });
  // the file may be left from a process that ended in between
  await chmod(fresh, 0o600);
  await rename(fresh, file);
}

export async function saveProfile(
  name: string,
  fields: Readonly<Record<string, string>>,
  place: Place,
): Promise<string> {
  const file = profileFile(name, place);
  if ((await profileNames(place)).includes(name))
    throw new CliError(`the profile ${name} exists already`, {
      code: 'CLI.EXISTS',
      exitCode: EXIT.refused,
      hint: `fgs profiles remove ${name} removes it`,
    });
  await writePrivate(file, `${JSON.stringify(fields, null, 2)}\n`);
  return file;
}

/** Undefined for the local server. */
export async function chooseProfile(name: string | undefined, place: Place): Promise<void> {
  if (name === undefined) return rm(currentFile(place), { force: true });
  await checkProfile(name, place);
  await writePrivate(currentFile(place), `${name}\n`);
}

export async function removeProfile(name: string, place: Place): Promise<void> {
  await checkProfile(name, place);
  if ((await currentProfile(place)) === name) await chooseProfile(undefined, place);
  await rm(profileFile(name, place));
}
