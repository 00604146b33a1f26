const LINES_A_SECOND = 5_000;
/** As many more for each request that it answered: an instance with a lane answers thousands in a second. */
const LINES_A_REQUEST = 200;
const BYTES_A_SECOND = 8 * 1024 * 1024;
/** Guaranteed to an instance even when others use up the shared budget. */
const SURE_LINES_A_SECOND = 200;
const SURE_BYTES_A_SECOND = 512 * 1024;
/** More than this from all instances together would delay their answers. */
const ALL_LINES_A_SECOND = 20_000;
const ALL_LINES_A_REQUEST = 20;
const ALL_BYTES_A_SECOND = 32 * 1024 * 1024;

/** Lines and bytes that passed in this second, and requests that were answered in it. */
class Second {
  #second = 0;
  lines = 0;
  bytes = 0;
  answers = 0;

  /** Returns whether a new second has begun. */
  turn(now: number): boolean {
    const second = Math.floor(now / 1000);
    if (second === this.#second) return false;
    this.#second = second;
    this.lines = 0;
    this.bytes = 0;
    this.answers = 0;
    return true;
  }
}

/** Log budget of all instances of a server per second, in addition to each one's guaranteed part. */
export class SharedLogBudget {
  readonly #passed = new Second();

  /** Whether another line may pass; charges the budget if so. */
  admit(bytes: number, now: number): boolean {
    this.#passed.turn(now);
    const { lines, answers } = this.#passed;
    const mostLines = ALL_LINES_A_SECOND + ALL_LINES_A_REQUEST * answers;
    if (lines >= mostLines || this.#passed.bytes + bytes > ALL_BYTES_A_SECOND) return false;
    this.#passed.lines += 1;
    this.#passed.bytes += bytes;
    return true;
  }

  /** A request has its result. */
  answered(now: number): void {
    this.#passed.turn(now);
    this.#passed.answers += 1;
  }
}

/**
 * Limits the log lines of one instance per second, so that a flood costs the instance its own lines and not those of
 * others.
 */
export class LogBudget {
  readonly #now: () => number;
  readonly #shared: SharedLogBudget;
  readonly #passed = new Second();
  #dropped = 0;
  /** Dropped lines of finished seconds. */
  #due = 0;

  constructor(now: () => number, shared: SharedLogBudget) {
    this.#now = now;
    this.#shared = shared;
  }

  /** Whether a line may pass. Others are counted and need no parsing. */
  admit(bytes: number): boolean {
    const now = this.#now();
    this.#turn(now);
    const { lines, bytes: passedBytes } = this.#passed;
    const isSure = lines < SURE_LINES_A_SECOND && passedBytes + bytes <= SURE_BYTES_A_SECOND;
    const mostLines = LINES_A_SECOND + LINES_A_REQUEST * this.#passed.answers;
    const mayPass = lines < mostLines && passedBytes + bytes <= BYTES_A_SECOND;
    if (!isSure && !(mayPass && this.#shared.admit(bytes, now))) {
      this.#dropped += 1;
      return false;
    }
    this.#passed.lines += 1;
    this.#passed.bytes += bytes;
    return true;
  }

  /** A request has its result. */
  answered(): void {
    const now = this.#now();
    this.#turn(now);
    this.#passed.answers += 1;
    this.#shared.answered(now);
  }

  #turn(now: number): void {
    if (this.#passed.turn(now)) this.#due = this.takeDropped();
  }

  /** Number of dropped lines in finished seconds that are not reported yet. */
  takeDue(): number {
    const due = this.#due;
    this.#due = 0;
    return due;
  }

  /** As `takeDue`, including the current second. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped + this.takeDue();
  }
}
