import { closeSync, realpathSync } from 'node:fs';
import { AgentError } from '../agent-error.ts';
import { closeSteps, descend, openPlace, type Step } from './descend.ts';

/** A folder (or one file) from which sandboxes may be shown something. */
export interface RootRule {
  readonly path: string;
  /** Only these names in it; absent: all. */
  readonly only?: readonly string[];
  /** Also below a folder that other users cannot enter: the whole tree belongs to the server. */
  readonly evenClosed?: boolean;
}

export interface Opened {
  /** Without links, as it was when the agent started. */
  readonly root: string;
  readonly rootDescriptor: number;
  readonly evenClosed: boolean;
  readonly parts: readonly string[];
  /** From the first part to the source itself; empty when the root is the source. */
  readonly steps: readonly Step[];
}

interface Root extends RootRule {
  readonly real: string;
  readonly descriptor: number;
}

/** The places below which sources may stand. They are opened once, so that they cannot be replaced. */
export class Roots {
  readonly #roots: readonly Root[];

  private constructor(roots: readonly Root[]) {
    this.#roots = roots;
  }

  /** A root that does not exist now is never allowed later. */
  static open(rules: readonly RootRule[]): Roots {
    return new Roots(
      rules.flatMap((rule) => {
        try {
          return [{ ...rule, real: realpathSync(rule.path), descriptor: openPlace(rule.path) }];
        } catch {
          return [];
        }
      }),
    );
  }

  /** Throws `SOURCE_REFUSED` for a path outside the roots, with a link in it, or that does not exist. */
  open(path: string): Opened {
    const { root, parts } = this.check(path);
    const steps = descend(root.descriptor, parts);
    const { real, descriptor, evenClosed = false } = root;
    return { root: real, rootDescriptor: descriptor, evenClosed, parts, steps };
  }

  /** The root above a path. Compares names only. Throws `SOURCE_REFUSED`. */
  check(path: string): { readonly root: Root; readonly parts: readonly string[] } {
    for (const root of this.#roots) {
      const parts = partsBelow(root, path);
      if (parts !== undefined) return { root, parts };
    }
    throw new AgentError('SOURCE_REFUSED', `${path} is outside of what this agent may show to sandboxes`, {
      hint: 'the agent was started with the places below which it may bind',
    });
  }

  close(): void {
    for (const { descriptor } of this.#roots) closeSync(descriptor);
  }
}

export function closeOpened({ steps }: Opened): void {
  closeSteps(steps);
}

/** Undefined when the path is not below the root, or below a name of it that is not allowed. */
function partsBelow({ path, real, only }: Root, requested: string): readonly string[] | undefined {
  for (const base of new Set([path, real])) {
    if (requested === base) return only === undefined ? [] : undefined;
    const prefix = base === '/' ? base : `${base}/`;
    if (!requested.startsWith(prefix)) continue;
    const parts = requested.slice(prefix.length).split('/');
    if (parts.some((part) => part === '' || part === '.' || part === '..')) continue;
    if (only === undefined || only.includes(parts[0] ?? '')) return parts;
  }
  return undefined;
}
