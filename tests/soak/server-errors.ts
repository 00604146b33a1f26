const ERROR_LEVEL = 50;
const MOST_KINDS = 50;
const ID = /[0-9a-f]{8}-[0-9a-f-]{27}|i-[0-9a-f]{16}/g;

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly err?: { readonly message?: string; readonly stack?: string };
}

/** What a server has logged as errors, by kind: some are to be expected when its agent is killed, others are defects. */
export class ServerErrors {
  readonly #kinds = new Map<string, { count: number; readonly stack: string }>();
  #rest = '';

  readonly read = (text: string): void => {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#add(line);
  };

  toString(): string {
    return [...this.#kinds]
      .map(([kind, { count, stack }]) => `${String(count).padStart(6)} x  logged: ${kind}\n${stack}`)
      .join('');
  }

  #add(text: string): void {
    const line = parse(text);
    if (line === undefined || line.level < ERROR_LEVEL) return;
    const kind = `${line.msg}: ${line.err?.message ?? ''}`.replaceAll(ID, 'ID').replaceAll(/\d+/g, 'N');
    const known = this.#kinds.get(kind);
    if (known !== undefined) known.count += 1;
    else if (this.#kinds.size < MOST_KINDS) {
      const frames = (line.err?.stack ?? '').split('\n').slice(1, 7);
      this.#kinds.set(kind, { count: 1, stack: frames.map((frame) => `          ${frame.trim()}\n`).join('') });
    }
  }
}

function parse(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined; // what a dying process prints
  }
}
