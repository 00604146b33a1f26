import type { Logger } from 'pino';
import type { Config } from '../config/index.ts';
import type { SandboxDriver } from '../instances/index.ts';
import type { Clock } from '../lib/clock.ts';
import type { Lifetime } from './lifetime.ts';
import type { LaunchedParts } from './own-agent.ts';

/** Replacements by tests. */
export interface ServerParts {
  readonly log: Logger;
  /** Errors in that log so far. */
  readonly errorsLogged?: () => number;
  readonly clock?: Clock;
  readonly driver?: SandboxDriver;
  /** The launcher, when the server runs as an ordinary user and its agent as root. */
  readonly launched?: LaunchedParts | undefined;
  /** The database with which a server begins where none exists, instead of the one that the build makes. */
  readonly emptyDatabase?: string;
  /** What hashing a password costs: `PasswordHasher`. */
  readonly passwordCost?: number;
  /** XDG_RUNTIME_DIR of an ordinary user. */
  readonly runtimeDir?: string | undefined;
  /** Called when the start waits for the server of this pid, which is stopping. */
  readonly onWait?: (pid: number) => void;
  /** Aborts the start: it rejects soon, and leaves nothing behind. */
  readonly signal?: AbortSignal;
}

/** What each part may use. */
export interface Root {
  readonly config: Config;
  readonly region: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly life: Lifetime;
  readonly replacements: Omit<ServerParts, 'log' | 'clock'>;
  /** Call when the server permanently lost a part without which it cannot store data. */
  readonly onBroken: (error: Error) => void;
  /** Call when this server was removed from its cluster: it is to stop. */
  readonly onRemoved: () => void;
}
