/** Every line of the summary: what must hold, whether it did, and the figures. */
export class Verdict {
  readonly #lines: { readonly what: string; readonly detail: string; readonly holds: boolean }[] = [];

  judge(what: string, holds: boolean, detail: string): void {
    this.#lines.push({ what, holds, detail });
  }

  get holds(): boolean {
    return this.#lines.every(({ holds }) => holds);
  }

  toString(): string {
    const width = Math.max(...this.#lines.map(({ what }) => what.length));
    return this.#lines
      .map(({ what, holds, detail }) => `${holds ? 'ok    ' : 'BROKEN'}  ${what.padEnd(width)}  ${detail}\n`)
      .join('');
  }
}

/** Waits until this is true; throws with the name of the condition when the time is over. */
export async function until(what: string, ms: number, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`after ${ms / 1000} s still not: ${what}`);
    await pause(100);
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
