import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { languageOf } from '@funcgraph/runtimes';
import type { Logger } from 'pino';
import type { Catalog, VersionSnapshot } from '../../control/index.ts';
import type { Resident } from '../../domain/resident.ts';
import type { LaunchSpec, Pool, ReservedKeeper } from '../../instances/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { functionKeyOf, isKeyOf } from '../launch.ts';
import { type DebugNews, DebugSession } from './debug-session.ts';

/** For the debugger and the process that leads to it. */
const DEBUGGER_MB = 128;
const INITIALIZER_MS = 60 * 60_000;
const ENDING = ':debugged';

/** The only instance of a version that is debugged. Nothing is asked of it that stopped code could not answer. */
function debuggedSpec(spec: LaunchSpec, debug: NonNullable<LaunchSpec['debug']>): LaunchSpec {
  const { heartbeat: _, preStop: __, ...rest } = spec;
  return {
    ...rest,
    key: `${spec.key}${ENDING}`,
    maxInstances: spec.maxInstances === 0 ? 0 : 1,
    concurrency: 1,
    memoryMb: spec.memoryMb + DEBUGGER_MB,
    initializerTimeoutMs: INITIALIZER_MS,
    debug,
  };
}

function isDebuggedKey(key: string): boolean {
  return key.endsWith(ENDING);
}

const MAX_SESSIONS = 32;
const MAX_SESSIONS_OF_PROJECT = 8;

interface Debugged {
  readonly session: DebugSession;
  readonly projectId: string;
  readonly specs: WeakMap<LaunchSpec, LaunchSpec>;
  readonly port: number;
}

interface Options {
  readonly catalog: Catalog;
  readonly pool: Pick<Pool, 'retire'>;
  readonly keeper: Pick<ReservedKeeper, 'want' | 'drop'>;
  /** False where sandboxes cannot connect to the platform. */
  readonly isPossible: boolean;
  readonly specFor: (target: { snapshot: VersionSnapshot; alias: string }) => Promise<LaunchSpec>;
  readonly log: Logger;
}

/**
 * Functions that are debugged on this server. While a session is open, all calls of the latest version run in one reserved
 * instance with an open debugger, one after another, and do not time out while a debugger is connected.
 */
export class DebugSessions {
  readonly #options: Options;
  readonly #open = new Map<string, Debugged>();

  constructor(options: Options) {
    this.#options = options;
    const { facts } = options.catalog;
    facts.on('function.updated', ({ snapshot }) => this.#reserve(snapshot));
    facts.on('function.deleted', (fact) => this.#end(functionKeyOf(fact), 'the function was deleted'));
  }

  /**
   * Opens a session for the latest version and ends the one before. Throws `not_supported_here`, `invalid_request` for a
   * language without a debugger, and `overloaded`.
   */
  open(snapshot: VersionSnapshot): DebugSession {
    const port = snapshot.image === undefined ? languageOf(snapshot.runtime)?.debuggerPort : undefined;
    if (!this.#options.isPossible) {
      throw new PlatformError('not_supported_here', 'This server cannot lead a debugger into a sandbox.', {
        hint: 'fgs doctor shows what is missing for connections of functions to the platform.',
      });
    }
    if (port === undefined) {
      throw new PlatformError('invalid_request', `functions of ${snapshot.runtime} cannot be debugged`, {
        hint: 'Functions of Node.js and Python can, in code that is no container image.',
      });
    }
    const { projectId } = snapshot;
    const functionKey = functionKeyOf(snapshot);
    this.#end(functionKey, 'another debugger was attached');
    this.#checkRoom(projectId);
    const session = new DebugSession(randomBytes(16).toString('hex'), functionKey);
    this.#open.set(functionKey, { session, projectId, specs: new WeakMap(), port });
    this.#options.pool.retire(functionKey, (key) => isKeyOf(key, snapshot));
    this.#reserve(snapshot);
    return session;
  }

  /** The session of a function, by its secret id. */
  find(functionKey: string, id: string): DebugSession | undefined {
    const session = this.#open.get(functionKey)?.session;
    return session?.id === id ? session : undefined;
  }

  /** What the client of a session reads; the session ends with it. */
  async *follow(session: DebugSession, gone: AbortSignal): AsyncGenerator<DebugNews> {
    try {
      yield* session.news(gone);
    } finally {
      if (this.#open.get(session.functionKey)?.session === session) {
        this.#end(session.functionKey, 'the client has disconnected');
      }
    }
  }

  /** How calls are launched: the latest version of a function that is debugged has an instance of its own. */
  specOf(spec: LaunchSpec): LaunchSpec {
    if (this.#open.size === 0 || spec.version !== 'latest' || spec.context.alias !== '') return spec;
    const debugged = this.#open.get(spec.functionKey);
    if (debugged === undefined) return spec;
    const { specs, session, port } = debugged;
    const known = specs.get(spec) ?? debuggedSpec(spec, { port, isAttached: session.isAttached });
    specs.set(spec, known);
    return known;
  }

  /** A connection from the sandbox of an instance. */
  lead(socket: Socket, { functionKey }: Resident): void {
    const session = this.#open.get(functionKey)?.session;
    if (session === undefined) socket.destroy();
    else session.offer(socket);
  }

  /** Ends all sessions. */
  stop(): void {
    for (const functionKey of [...this.#open.keys()]) this.#end(functionKey, 'the server stops');
  }

  #checkRoom(projectId: string): void {
    const ofProject = [...this.#open.values()].filter((one) => one.projectId === projectId).length;
    if (ofProject < MAX_SESSIONS_OF_PROJECT && this.#open.size < MAX_SESSIONS) return;
    throw new PlatformError('overloaded', 'too many functions are debugged at the same time', {
      hint: `A project may debug ${MAX_SESSIONS_OF_PROJECT} functions, a server ${MAX_SESSIONS}.`,
    });
  }

  #reserve(snapshot: VersionSnapshot): void {
    const functionKey = functionKeyOf(snapshot);
    const debugged = this.#open.get(functionKey);
    if (debugged === undefined || snapshot.version !== 'latest') return;
    const { keeper, specFor, log } = this.#options;
    specFor({ snapshot, alias: '' }).then(
      (spec) => {
        if (this.#open.get(functionKey) !== debugged) return;
        keeper.want(reservationOf(functionKey), { spec: this.specOf(spec), count: 1, idleMode: false });
      },
      (error: unknown) => log.info({ functionKey, err: error }, 'a function that is debugged cannot be started'),
    );
  }

  #end(functionKey: string, reason: string): void {
    const debugged = this.#open.get(functionKey);
    if (debugged === undefined) return;
    this.#open.delete(functionKey);
    debugged.session.end(reason);
    this.#options.keeper.drop(reservationOf(functionKey));
    this.#options.pool.retire(functionKey, isDebuggedKey);
  }
}

const reservationOf = (functionKey: string): string => `debug:${functionKey}`;
