import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, TestServer } from '../server.ts';

/** Copies of the project `examples/shop`, and a server that has none of its functions yet. */
export class ShopProjects implements AsyncDisposable {
  readonly server: TestServer;
  /** Holds the copies, and what else the tests write. */
  readonly place: string;

  private constructor(server: TestServer, place: string) {
    this.server = server;
    this.place = place;
  }

  static async open(): Promise<ShopProjects> {
    const server = await TestServer.start();
    return new ShopProjects(server, await mkdtemp(join(tmpdir(), 'funcgraph-project-')));
  }

  /** The folder of another copy. */
  async copy(): Promise<string> {
    const folder = await mkdtemp(join(this.place, 'shop-'));
    await cp(join(ROOT, 'examples/shop'), folder, { recursive: true });
    return folder;
  }

  /** What fgs needs for them. */
  environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    return { FGS_DATA_DIR: this.server.dataDir, SHOP_SIGNING_KEY: 'sesame', ...more };
  }

  /** Of the functions of the server. */
  async names(): Promise<string[]> {
    const params = { project_id: this.server.credentials.project_id };
    const { data } = await this.server.api.call('listFunctions', { params, query: { maxitems: '100' } });
    return data.functions.map(({ func_name }) => func_name).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.stop();
    await rm(this.place, { recursive: true, force: true });
  }
}
