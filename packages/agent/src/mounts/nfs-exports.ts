import { createHash } from 'node:crypto';
import { closeSync, constants, mkdirSync } from 'node:fs';
import { AgentError } from '../agent-error.ts';
import { findProgram, runHostCommand } from '../host-command.ts';
import type { FileSystemMount } from '../protocol.ts';
import { closeSteps, descend, openPlace } from '../sources/descend.ts';
import { Answering } from './answering.ts';

/** An export of a file server that may be mounted, with the folders below it. */
export interface NfsExport {
  readonly host: string;
  readonly path: string;
}

export type NfsSource = Extract<FileSystemMount['source'], { kind: 'nfs' }>;

export interface NfsExportsParts {
  /** Folder of the agent for the mount points, which exists. */
  readonly folder: string;
  readonly allowed: readonly NfsExport[];
  readonly answering?: Answering;
  /** Mounts `host:/path` at a folder. */
  readonly mount?: (name: string, point: string) => Promise<void>;
}

interface Place {
  readonly name: string;
  /** Folder names from the export to the requested folder. */
  readonly parts: readonly string[];
}

/**
 * The exports of file servers that the operator allowed. The export itself is mounted, once, and folders below it are
 * opened one path component at a time: the kernel would follow a link that a function created there, to another export
 * of the server.
 */
export class NfsExports {
  readonly #folder: string;
  readonly #allowed: readonly NfsExport[];
  readonly #mount: (name: string, point: string) => Promise<void>;
  readonly #answering: Answering;
  /** Mount points, by the name of their export. */
  readonly #mounted = new Map<string, Promise<string>>();

  constructor({ folder, allowed, answering = new Answering(), mount = mountNfs }: NfsExportsParts) {
    this.#answering = answering;
    this.#folder = folder;
    this.#allowed = allowed;
    this.#mount = mount;
  }

  /** An open folder, to be closed by the caller. Throws `NOT_ALLOWED`, `MOUNT_FAILED`, `SOURCE_REFUSED`. */
  async open(source: NfsSource): Promise<number> {
    const { name, parts } = placeOf(source, this.#allowed);
    const point = await this.#mountedAt(name);
    // An unreachable file server would block the whole agent in each `open`.
    await this.#answering.wait([point, ...parts].join('/'), `${source.host}:${source.export}`);
    const root = openPlace(point);
    if (parts.length === 0) return root;
    try {
      // Opened as a folder: the kernel then mounts an export inside another one.
      const steps = descend(root, parts, constants.O_DIRECTORY);
      const last = steps.pop();
      closeSteps(steps);
      if (last === undefined) throw new Error('nothing was opened');
      return last.descriptor;
    } finally {
      closeSync(root);
    }
  }

  async close(): Promise<void> {
    const points = await Promise.allSettled(this.#mounted.values());
    this.#mounted.clear();
    for (const found of points) {
      if (found.status === 'fulfilled') await runHostCommand('umount', ['--lazy', '--', found.value]).catch(() => {});
    }
  }

  #mountedAt(name: string): Promise<string> {
    const known = this.#mounted.get(name);
    if (known !== undefined) return known;
    const mounting = this.#mountNew(name);
    this.#mounted.set(name, mounting);
    mounting.catch(() => this.#mounted.delete(name));
    return mounting;
  }

  async #mountNew(name: string): Promise<string> {
    const point = `${this.#folder}/nfs-${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
    mkdirSync(point, { recursive: true, mode: 0o711 });
    await this.#mount(name, point);
    return point;
  }
}

/** The innermost allowed export that contains the requested folder. Throws `NOT_ALLOWED`. */
function placeOf({ host, export: requested }: NfsSource, allowed: readonly NfsExport[]): Place {
  const [innermost] = allowed
    .filter((one) => one.host === host && isWithin(requested, one.path))
    .sort((one, other) => other.path.length - one.path.length);
  if (innermost === undefined) {
    throw new AgentError('NOT_ALLOWED', `functions may not mount ${host}:${requested}`, {
      hint: 'name the export, or one above it, in nfs_exports of the configuration of the server, and restart it',
    });
  }
  const { path } = innermost;
  const parts = requested.slice(path.length).split('/');
  return { name: `${host}:${path}`, parts: parts.filter((part) => part !== '') };
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || folder === '/' || path.startsWith(`${folder}/`);
}

async function mountNfs(name: string, point: string): Promise<void> {
  if (findProgram('mount.nfs') === undefined) {
    throw new AgentError('MOUNT_FAILED', 'this machine cannot mount NFS exports', {
      hint: 'install the package nfs-common',
    });
  }
  try {
    // An unreachable file server must fail a function with an error, not block it forever.
    await runHostCommand('mount', ['-t', 'nfs', '-o', 'nosuid,nodev,softerr,timeo=50,retry=0', '--', name, point]);
  } catch (cause) {
    const detail = cause instanceof AgentError ? cause.message : String(cause);
    throw new AgentError('MOUNT_FAILED', `${name} cannot be mounted: ${detail}`, { cause });
  }
}
