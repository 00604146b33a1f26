import { createHash } from 'node:crypto';
import type { AliasEntry } from '../file/schema.ts';

/** How the calls of an alias are divided between the version before and the newest. */
export interface Split {
  /** Percent for the newest. */
  readonly share?: number;
  /** `header:X-Group=beta`; the calls with these go to the newest. */
  readonly rules?: readonly string[];
  readonly any?: boolean;
}

/** Undefined when all calls go to the newest version. */
export function splitOf({ share, rules, any }: AliasEntry): Split | undefined {
  if (rules !== undefined) return { rules, ...(any ? { any } : {}) };
  return share === undefined || share === 100 ? undefined : { share };
}

export const RULE = /^(header|cookie):([A-Za-z0-9_-]+)=(.+)$/;

/** Name of the version that a state of a function is published as. An equal state has the same one. */
export function versionName(release: string): string {
  return `d${createHash('sha256').update(release).digest('hex').slice(0, 12)}`;
}

export const DEPLOYED_VERSION = /^d[0-9a-f]{12}$/;

interface Target {
  readonly version: string;
  readonly description: string;
  readonly additional_version_weights?: Readonly<Record<string, number>>;
  readonly additional_version_strategy?: Readonly<Record<string, object>>;
}

/** Where the alias points to: all calls stay with `stable` but those of the split. */
export function targetOf(newest: string, stable: string | undefined, split: Split | undefined, text: string): Target {
  if (split === undefined || stable === undefined || stable === newest) return { version: newest, description: text };
  const { share, rules, any } = split;
  if (rules === undefined) {
    return { version: stable, description: text, additional_version_weights: { [newest]: share ?? 0 } };
  }
  const strategy = { combine_type: any ? 'or' : 'and', rules: rules.map(ruleOf) };
  return { version: stable, description: text, additional_version_strategy: { [newest]: strategy } };
}

function ruleOf(text: string) {
  const [, rule_type = '', param = '', value = ''] = RULE.exec(text) ?? [];
  return { rule_type, param, op: value.includes(',') ? 'in' : '=', value };
}

/** Versions that deploys published and nothing needs: all but the last two. `published` has the newest first. */
export function unneeded(published: readonly string[], used: ReadonlySet<string>): string[] {
  const KEPT = 2;
  return published.filter((name) => DEPLOYED_VERSION.test(name) && !used.has(name)).slice(KEPT);
}
