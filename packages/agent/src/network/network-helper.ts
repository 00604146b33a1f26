import type { AttachTarget } from '../attach/attacher.ts';
import type { HelperWords } from '../attach/helper-process.ts';
import { LastingHelper } from '../attach/lasting-helper.ts';
import type { Connector, Wire } from './connector.ts';

const WORDS: HelperWords = {
  name: 'network helper',
  failure: 'the sandbox could not be given its network',
  code: 'NETWORK_FAILED',
};

/** The program that creates interfaces in sandboxes, in 0.6 ms each. After its death the next request restarts it. */
export class NetworkHelper implements Connector {
  readonly #helper: LastingHelper;

  private constructor(helper: LastingHelper) {
    this.#helper = helper;
  }

  /** Throws `NETWORK_FAILED` when the program cannot run or the kernel does not let it work. */
  static async open(program: string): Promise<NetworkHelper> {
    return new NetworkHelper(await LastingHelper.open(program, WORDS));
  }

  async connect({ pid, startTime }: AttachTarget, { outer, bridge, address, gateway }: Wire): Promise<void> {
    const helper = await this.#helper.process();
    await helper.request([pid, startTime, outer, bridge, address, gateway]);
  }

  close(): Promise<void> {
    return this.#helper.close();
  }
}
