import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { OwnerCredentials } from '../iam/index.ts';
import { writeDurably } from '../lib/durable-file.ts';

const Credentials = Type.Object({
  endpoint: Type.String(),
  gateway: Type.String(),
  storage: Type.Optional(Type.String()),
  region: Type.String(),
  project_id: Type.String(),
  access_key: Type.String(),
  secret_key: Type.String(),
  user: Type.String(),
  password: Type.String(),
});
const validator = Compile(Credentials);

export interface Addresses {
  readonly endpoint: string;
  readonly gateway: string;
  /** Of buckets. */
  readonly storage: string;
  readonly region: string;
}

export function credentialsFile(dataDir: string): string {
  return join(dataDir, 'credentials.json');
}

/** Writes the credentials of an administrator: on disk when it resolves, before the account they open is stored. */
export async function writeCredentials(
  dataDir: string,
  addresses: Addresses,
  { projectId, accessKey, secretKey, user, password }: OwnerCredentials,
): Promise<void> {
  await write(dataDir, {
    project_id: projectId,
    access_key: accessKey,
    secret_key: secretKey,
    user,
    password,
    ...addresses,
  });
}

/** Puts the present addresses into the file. A file that its owner removed or replaced stays as it is. */
export async function updateAddresses(dataDir: string, addresses: Addresses): Promise<void> {
  const account = await readAccount(credentialsFile(dataDir));
  if (account === undefined) return;
  const isSame = (Object.keys(addresses) as (keyof Addresses)[]).every((name) => account[name] === addresses[name]);
  if (!isSame) await write(dataDir, { ...account, ...addresses });
}

/** The addresses in the file, for a command that runs while no server does. */
export async function readAddresses(dataDir: string): Promise<Addresses | undefined> {
  const account = await readAccount(credentialsFile(dataDir));
  if (account === undefined) return undefined;
  const { endpoint, gateway, storage = '', region } = account;
  return { endpoint, gateway, storage, region };
}

function write(dataDir: string, credentials: Static<typeof Credentials>): Promise<void> {
  return writeDurably(credentialsFile(dataDir), `${JSON.stringify(credentials, null, 2)}\n`);
}

async function readAccount(path: string): Promise<Static<typeof Credentials> | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return validator.Check(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
