import { HelperProcess, type HelperWords } from './helper-process.ts';

/** A helper program that is started again by the next request after its death. */
export class LastingHelper {
  readonly #start: () => Promise<HelperProcess>;
  #running: Promise<HelperProcess> | undefined;

  private constructor(start: () => Promise<HelperProcess>) {
    this.#start = start;
  }

  /** Throws what `HelperProcess.start` throws. */
  static async open(
    program: string,
    words: HelperWords,
    onMessage?: (message: unknown, handle: unknown) => void,
  ): Promise<LastingHelper> {
    const helper = new LastingHelper(() => HelperProcess.start(program, words, onMessage));
    await helper.process();
    return helper;
  }

  /** The one that runs now. Throws what `HelperProcess.start` throws. */
  process(): Promise<HelperProcess> {
    if (this.#running !== undefined) return this.#running;
    const starting = this.#start();
    this.#running = starting;
    const forget = () => {
      if (this.#running === starting) this.#running = undefined;
    };
    starting.then((helper) => helper.ended).then(forget, forget);
    return starting;
  }

  /** Resolves when the process is gone. */
  async close(): Promise<void> {
    const running = await this.#running?.catch(() => undefined);
    await running?.close();
  }
}
