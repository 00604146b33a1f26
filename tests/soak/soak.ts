import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PostgresCluster } from '../../packages/server/src/storage/testing-cluster.ts';
import { Belongings } from '../crash/leftovers.ts';
import { DiskImage } from '../disk-image.ts';
import { TestServer } from '../server.ts';
import { Crowd } from './crowd.ts';
import { deployFleet, type Member } from './fleet.ts';
import { Innocent } from './innocent.ts';
import { Ledger } from './ledger.ts';
import { Changes } from './load.ts';
import { type Sample, sample } from './samples.ts';
import { ServerErrors } from './server-errors.ts';

/** Sparse: every instance must find room for its whole /tmp. */
const DISK_BYTES = 128 * 2 ** 30;

/** The server under attack, on a disk of its own where we are root, and the account of all that happened. */
export class Soak implements AsyncDisposable {
  readonly server: TestServer;
  readonly members: readonly Member[];
  readonly innocent: Innocent;
  /** Undefined without root. */
  readonly crowd: Crowd | undefined;
  readonly changes: Changes;
  readonly ledger = new Ledger();
  readonly errors: ServerErrors;
  readonly belongings: Belongings;
  readonly disk: DiskImage | undefined;
  readonly cluster: PostgresCluster | undefined;
  /** Of the server process that runs now. */
  samples: Sample[] = [];
  restarts = 0;
  /** The current attack on the server. */
  part = 'quiet';
  #n = 0;

  private constructor(parts: Pick<Soak, 'server' | 'members' | 'innocent' | 'crowd' | 'disk' | 'cluster' | 'errors'>) {
    this.server = parts.server;
    this.members = parts.members;
    this.innocent = parts.innocent;
    this.crowd = parts.crowd;
    this.disk = parts.disk;
    this.cluster = parts.cluster;
    this.errors = parts.errors;
    this.changes = new Changes(parts.members[0]?.urn ?? '');
    this.belongings = new Belongings(parts.server);
  }

  static async begin({ postgres }: { readonly postgres: boolean }): Promise<Soak> {
    const cluster = postgres ? await PostgresCluster.start() : undefined;
    const { disk, folder } = newDisk();
    const errors = new ServerErrors();
    let server: TestServer | undefined;
    try {
      const database = await cluster?.create();
      server = await TestServer.start({ folder, onLog: errors.read, ...(database === undefined ? {} : { database }) });
      const members = await deployFleet(server);
      const innocent = await Innocent.create(server);
      const crowd = disk === undefined ? undefined : await Crowd.create(server);
      return new Soak({ server, members, innocent, crowd, disk, cluster, errors });
    } catch (error) {
      await server?.stop();
      disk?.[Symbol.dispose]();
      await cluster?.stop();
      throw error;
    }
  }

  readonly nextNumber = (): number => {
    this.#n += 1;
    return this.#n;
  };

  /** Stops the server, runs the given work, starts the server again and checks acknowledged changes. */
  async restart(signal: NodeJS.Signals, meanwhile: () => Promise<void> = async () => {}): Promise<void> {
    this.belongings.note();
    await this.server.kill(signal);
    this.samples = [];
    await meanwhile();
    await this.server.restart();
    this.restarts += 1;
    this.belongings.note();
    await this.changes.check(this);
  }

  takeSample(): void {
    const taken = sample(this.server);
    if (taken !== undefined) this.samples.push(taken);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disk?.empty();
    await this.server.stop();
    await this.cluster?.stop();
    this.crowd?.[Symbol.dispose]();
    if (this.disk === undefined) return;
    this.disk[Symbol.dispose]();
    rmSync(this.disk.folder, { recursive: true, force: true });
  }
}

/** A folder for the server. Its own file system can be filled without harm to the machine. */
function newDisk(): { disk: DiskImage | undefined; folder: string } {
  const mount = mkdtempSync(join(tmpdir(), 'funcgraph-soak-'));
  chmodSync(mount, 0o755);
  const disk = process.getuid?.() === 0 ? new DiskImage(mount, DISK_BYTES) : undefined;
  // not the mount itself: the server's folder is removed at the end
  const folder = join(mount, 'server');
  mkdirSync(join(folder, 'data'), { recursive: true, mode: 0o711 });
  return { disk, folder };
}
