import type { SandboxOutput } from './sandbox.ts';

const MAX_KEPT = 64 * 1024;
const CUT = '[output cut: more than 64 KiB before the start was over]\n';

/** Passes output to listeners; keeps the first 64 KiB until the first listener is added. */
export class OutputBuffer {
  readonly #listeners = new Set<(output: SandboxOutput) => void>();
  #kept: SandboxOutput[] | undefined = [];
  #keptLength = 0;

  push(output: SandboxOutput): void {
    if (this.#kept !== undefined) {
      if (this.#keptLength > MAX_KEPT) return;
      this.#keptLength += output.text.length;
      const isTooMuch = this.#keptLength > MAX_KEPT;
      this.#kept.push(isTooMuch ? { ...output, text: CUT } : output);
      return;
    }
    for (const listener of this.#listeners) listener(output);
  }

  /** Returns the function that removes the listener. */
  listen(listener: (output: SandboxOutput) => void): () => void {
    this.#listeners.add(listener);
    const kept = this.#kept;
    this.#kept = undefined;
    for (const output of kept ?? []) listener(output);
    return () => this.#listeners.delete(listener);
  }
}
