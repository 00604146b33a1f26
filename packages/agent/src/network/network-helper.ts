import type { AttachTarget } from '../attach/attacher.ts';
import { HelperProcess, type HelperWords } from '../attach/helper-process.ts';
import type { Connector, Wire } from './connector.ts';

const WORDS: HelperWords = {
  name: 'network helper',
  failure: 'the sandbox could not be given its network',
  code: 'NETWORK_FAILED',
};

/** The program that creates interfaces in sandboxes, in 0.6 ms each. After its death the next request restarts it. */
export class NetworkHelper implements Connector {
  readonly #program: string;
  #running: Promise<HelperProcess> | undefined;

  private constructor(program: string) {
    this.#program = program;
  }

  /** Throws `NETWORK_FAILED` when the program cannot run or the kernel does not let it work. */
  static async open(program: string): Promise<NetworkHelper> {
    const helper = new NetworkHelper(program);
    await helper.#start();
    return helper;
  }

  async connect({ pid, startTime }: AttachTarget, { outer, bridge, address, gateway }: Wire): Promise<void> {
    const running = await this.#start();
    await running.request([pid, startTime, outer, bridge, address, gateway]);
  }

  async close(): Promise<void> {
    const running = await this.#running?.catch(() => undefined);
    await running?.close();
  }

  #start(): Promise<HelperProcess> {
    if (this.#running !== undefined) return this.#running;
    const starting = HelperProcess.start(this.#program, WORDS);
    this.#running = starting;
    const forget = () => {
      if (this.#running === starting) this.#running = undefined;
    };
    starting.then((helper) => helper.ended).then(forget, forget);
    return starting;
  }
}
