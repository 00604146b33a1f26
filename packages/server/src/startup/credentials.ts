import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { FirstAccount } from '../iam/index.ts';

const Credentials = Type.Object({
  endpoint: Type.String(),
  gateway: Type.String(),
  region: Type.String(),
  project_id: Type.String(),
  access_key: Type.String(),
  secret_key: Type.String(),
  user: Type.String(),
  password: Type.String(),
});
const validator = Compile(Credentials);

interface Addresses {
  readonly endpoint: string;
  readonly gateway: string;
  readonly region: string;
}

/**
 * Writes `credentials.json` (mode 0600) with the present addresses: the first account's secrets at first start, those of
 * the file later. A file that was removed by its owner stays away. Returns its path.
 */
export async function writeCredentials(
  dataDir: string,
  addresses: Addresses,
  first: FirstAccount | undefined,
): Promise<string> {
  const path = join(dataDir, 'credentials.json');
  const account =
    first === undefined
      ? await readAccount(path)
      : {
          project_id: first.projectId,
          access_key: first.accessKey,
          secret_key: first.secretKey,
          user: first.user,
          password: first.password,
        };
  if (account === undefined) return path;
  const temporary = `${path}.new`;
  await writeFile(temporary, `${JSON.stringify({ ...account, ...addresses }, null, 2)}\n`, { mode: 0o600 });
  await rename(temporary, path);
  return path;
}

async function readAccount(path: string): Promise<object | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return validator.Check(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
