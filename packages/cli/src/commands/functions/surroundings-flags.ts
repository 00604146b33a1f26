import type { Connection } from '../../connection/index.ts';
import { type Context, type FlagSpecs, type FlagValues, flag, usageError } from '../../framework/index.ts';

/** Flags for the network and the file systems of a function. */
export const SURROUNDINGS_FLAGS = {
  network: flag.text('NAME', 'network to be placed in; default for the outside alone, none for nothing'),
  mount: flag.list('NAME=/mnt/DIR', 'file system to mount; replaces all earlier ones'),
  'no-mounts': flag.boolean('mount no file system any more'),
} as const satisfies FlagSpecs;

export type SurroundingsFlags = FlagValues<typeof SURROUNDINGS_FLAGS>;

export interface SurroundingsFields {
  readonly func_vpc?: Record<string, unknown>;
  readonly network_controller?: Record<string, unknown>;
  readonly mount_config?: Record<string, unknown>;
}

/** The API fields of the given flags, and of no others. */
export async function surroundingsFields(
  flags: SurroundingsFlags,
  connection: Pick<Connection, 'client'>,
  context: Pick<Context, 'signal'>,
): Promise<SurroundingsFields> {
  const mounts = flags.mount.map(readMount);
  if (flags['no-mounts'] && mounts.length > 0) throw usageError('give either --mount or --no-mounts');
  const changesMounts = flags['no-mounts'] || mounts.length > 0;
  return {
    ...(flags.network === undefined ? {} : await networkFields(flags.network, connection, context)),
    ...(changesMounts ? { mount_config: { mount_user: { user_id: -1, user_group_id: -1 }, func_mounts: mounts } } : {}),
  };
}

async function networkFields(
  name: string,
  { client }: Pick<Connection, 'client'>,
  context: Pick<Context, 'signal'>,
): Promise<SurroundingsFields> {
  if (name === 'default' || name === 'none') {
    return { func_vpc: {}, network_controller: { disable_public_network: name === 'none' } };
  }
  const { data } = await client.call('showNetwork', { params: { name }, signal: context.signal });
  const { vpc_id, subnet_id, cidr, gateway } = data;
  return { func_vpc: { vpc_id, vpc_name: data.name, subnet_id, subnet_name: data.name, cidr, gateway } };
}

function readMount(text: string): Record<string, unknown> {
  const [name = '', path = '', ...rest] = text.split('=');
  if (name === '' || !path.startsWith('/mnt/') || rest.length > 0) {
    throw usageError(`not NAME=/mnt/DIR: ${JSON.stringify(text)}`, 'fgs filesystems list shows the names');
  }
  return { mount_type: 'sfs', mount_resource: name, local_mount_path: path };
}
