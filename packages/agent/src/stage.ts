import { mkdirSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { AgentError } from './agent-error.ts';
import { runHostCommand } from './host-command.ts';

const MAX_STAGED = 256;
const OTHERS_MAY_ENTER = 0o001;
const OTHERS_MAY_READ = 0o004;

/**
 * Makes host paths reachable for the user of a sandbox, which owns nothing and may stand before a folder of mode 0700.
 * The first folder behind the closed one is mounted once below the agent's own open folder, in the agent's private mount
 * namespace: nobody else on the machine sees it, and it goes when the agent goes.
 */
export class Stage {
  readonly #folder: string;
  readonly #mayMount: boolean;
  readonly #staged = new Map<string, Promise<string>>();

  /** `folder` is reachable by everybody. Without `mayMount` an unreachable path is an error. */
  constructor(folder: string, mayMount: boolean) {
    this.#folder = folder;
    this.#mayMount = mayMount;
  }

  /** A path to the same thing that every user can follow. Throws `BIND_UNREACHABLE`. */
  async reachable(source: string): Promise<string> {
    const path = resolve(source);
    const mode = statSync(path);
    if (mode.isDirectory() && (mode.mode & OTHERS_MAY_ENTER) === 0) {
      throw new AgentError('BIND_UNREACHABLE', `${source} is closed to the sandbox user`, {
        hint: `chmod o+rx ${source}`,
      });
    }
    if (mode.isFile() && (mode.mode & OTHERS_MAY_READ) === 0) {
      throw new AgentError('BIND_UNREACHABLE', `${source} is not readable by the sandbox user`, {
        hint: `chmod o+r ${source}`,
      });
    }
    const entrance = closedAncestor(path);
    if (entrance === undefined) return path;
    if (!this.#mayMount) {
      throw new AgentError(
        'BIND_UNREACHABLE',
        `the sandbox user cannot reach ${source}: ${dirname(entrance)} is closed`,
        {
          hint: `chmod o+x ${dirname(entrance)}, or keep it in another folder`,
        },
      );
    }
    return (await this.#mount(entrance)) + path.slice(entrance.length);
  }

  #mount(entrance: string): Promise<string> {
    const known = this.#staged.get(entrance);
    if (known !== undefined) return known;
    if (this.#staged.size >= MAX_STAGED) {
      throw new AgentError('BIND_UNREACHABLE', `more than ${MAX_STAGED} closed folders are in use`, {
        hint: `open the folders above ${entrance} with chmod o+x`,
      });
    }
    const target = `${this.#folder}/${this.#staged.size}`;
    const mounting = mountOn(entrance, target);
    this.#staged.set(entrance, mounting);
    mounting.catch(() => this.#staged.delete(entrance));
    return mounting;
  }
}

/** True when every user may walk down to this folder and through it. */
export function isOpen(folder: string): boolean {
  return closedAncestor(`${resolve(folder)}/x`) === undefined;
}

/** The path just below the deepest folder that others may not enter, or undefined. */
function closedAncestor(path: string): string | undefined {
  let below = path;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if ((statSync(folder).mode & OTHERS_MAY_ENTER) === 0) return below;
    if (folder === '/') return undefined;
    below = folder;
  }
}

async function mountOn(entrance: string, target: string): Promise<string> {
  if (statSync(entrance).isDirectory()) mkdirSync(target, { recursive: true });
  else
    throw new AgentError('BIND_UNREACHABLE', `${entrance} stands in a closed folder`, {
      hint: `chmod o+x ${dirname(entrance)}`,
    });
  await runHostCommand('mount', ['--bind', '--make-private', entrance, target]);
  return target;
}

function resolve(source: string): string {
  try {
    return realpathSync(source);
  } catch (cause) {
    throw new AgentError('BIND_UNREACHABLE', `${source} does not exist`, { cause });
  }
}
