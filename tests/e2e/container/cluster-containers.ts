import { chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Secret } from '../../../packages/server/src/lib/secret.ts';
import type { MachineNetwork } from '../../machines/network.ts';
import { Container } from './crun.ts';
import { composeService, type Image, volumeOwners } from './image.ts';

interface ClusterOptions {
  /** For volumes and files of the containers. */
  readonly folder: string;
  readonly image: Image;
  readonly network: MachineNetwork;
  readonly database: Secret;
}

/** The servers of `deploy/cluster/compose.yaml` as containers on machines of a network, with the addresses of that. */
export class ClusterContainers {
  readonly #options: ClusterOptions;

  constructor(options: ClusterOptions) {
    this.#options = options;
  }

  async start(name: string): Promise<Container> {
    const { folder, image, network, database } = this.#options;
    const service = await composeService('cluster/compose.yaml', name);
    const address = network.addressOf(name);
    const environment = { ...service.environment };
    const [own = ''] = environment.FGS_CLUSTER_ADDRESS?.split(':') ?? [];
    for (const [key, value] of Object.entries(environment)) environment[key] = value.replace(own, address);
    // containers of one root must not share its /run
    const run = await this.#folderOf(`run-${name}`, '/run');
    const binds = [{ from: run, to: '/run', writable: true }];
    for (const volume of service.volumes) {
      const [from = '', to = '', mode] = volume.split(':');
      const source = from.startsWith('./') ? join(folder, from) : await this.#folderOf(from, to);
      binds.push({ from: source, to, writable: mode !== 'ro' });
    }
    const env = { ...image.env, ...environment, FGS_DATABASE_URL: database.reveal() };
    const { root, command } = image;
    const all = [...image.binds, ...binds];
    return Container.start(folder, { service, root, binds: all, env, command, network: network.pathOf(name) });
  }

  /** A file beside the compose file. */
  async write(name: string, content: string): Promise<void> {
    await writeFile(join(this.#options.folder, name), content, { mode: 0o600 });
  }

  /** A volume, as an engine makes it when it is first used. */
  async #folderOf(volume: string, to: string): Promise<string> {
    const path = join(this.#options.folder, `volume-${volume}`);
    if ((await mkdir(path, { recursive: true })) !== undefined) {
      const owner = (await volumeOwners()).get(to) ?? 0;
      await chown(path, owner, owner);
    }
    return path;
  }
}
