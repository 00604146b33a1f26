import { AgentError } from '../agent-error.ts';
import { runHostCommand } from '../host-command.ts';

/** An answer is valid for the starts of one burst. */
const ANSWERED_MS = 1_000;
/** Longer than a program of the host may take. */
const DEADLINE_MS = 11_000;

/** Checks a path in another process; rejects when that fails. */
export type Look = (point: string) => Promise<unknown>;

const statElsewhere: Look = (point) => runHostCommand('stat', ['--', point]);

/**
 * Checks that a file system answers before the agent opens it: an unreachable file server would block the whole agent
 * in one `open`. A separate process does the check, one at a time for each path, so that a path that blocks forever
 * costs only one process.
 */
export class Answering {
  readonly #look: Look;
  readonly #now: () => number;
  readonly #deadlineMs: number;
  readonly #looking = new Map<string, Promise<void>>();
  readonly #answeredAt = new Map<string, number>();

  constructor({ look = statElsewhere, now = () => performance.now(), deadlineMs = DEADLINE_MS } = {}) {
    this.#look = look;
    this.#now = now;
    this.#deadlineMs = deadlineMs;
  }

  /** Throws `MOUNT_FAILED`. */
  async wait(point: string, name: string): Promise<void> {
    const answered = this.#answeredAt.get(point);
    if (answered !== undefined && this.#now() - answered < ANSWERED_MS) return;
    try {
      await withDeadline(this.#looking.get(point) ?? this.#ask(point), this.#deadlineMs);
    } catch (cause) {
      const detail = cause instanceof Error ? cause.message : String(cause);
      throw new AgentError('MOUNT_FAILED', `${name} does not answer: ${detail}`, { cause });
    }
  }

  #ask(point: string): Promise<void> {
    this.#forget();
    const looking = this.#look(point).then(() => {
      this.#answeredAt.set(point, this.#now());
    });
    this.#looking.set(point, looking);
    const over = (): unknown => this.#looking.delete(point);
    looking.then(over, over);
    return looking;
  }

  #forget(): void {
    for (const [point, at] of this.#answeredAt) if (this.#now() - at >= ANSWERED_MS) this.#answeredAt.delete(point);
  }
}

/** Whether a file system answered that a path does not exist. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && /No such file or directory|Not a directory/.test(error.message);
}

async function withDeadline(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the process that looks at it does not end')), ms);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
