import { createHash } from 'node:crypto';
import { formatTopicUrn } from '@funcgraph/api';
import { RULE, splitOf } from '../aliases/alias-target.ts';
import { fillInDeep, type Words } from '../file/fill-in.ts';
import type { Project } from '../file/read-project.ts';
import type { SecretSource } from '../file/schema.ts';
import type { Desired, Fields } from '../plan/resource.ts';
import { triggerSettings } from '../triggers/trigger-settings.ts';
import type { FunctionSpec } from './function-spec.ts';

export interface Place {
  readonly region: string;
  readonly projectId: string;
}

/** The aliases of a function. Each follows the code, the settings and the secrets that `whole` has. */
export function aliasesOf({ aliases, path, name }: FunctionSpec, whole: Desired, { fault }: Project): Desired[] {
  const release = JSON.stringify([whole.fields, Object.entries(whole.notes).sort()]);
  return Object.entries(aliases).map(([alias, entry]) => {
    const at = [...path, 'aliases', alias];
    const { share, rules = [], any } = entry;
    if (share !== undefined && entry.rules !== undefined) throw fault(at, 'has share and rules', 'give one of them');
    if (any !== undefined && entry.rules === undefined) throw fault(at, 'has any without rules');
    for (const [index, rule] of rules.entries()) {
      if (!RULE.test(rule)) throw fault([...at, 'rules', index], 'is not header:NAME=VALUE or cookie:NAME=VALUE');
    }
    const split = splitOf(entry);
    return {
      kind: 'alias',
      name: `${name}/${alias}`,
      fields: { description: entry.description ?? '' },
      notes: {
        release: createHash('sha256').update(release).digest('hex'),
        ...(split === undefined ? {} : { split: JSON.stringify(split) }),
      },
      path: at,
    };
  });
}

export interface TriggerSpec {
  readonly desired: Desired;
  readonly secrets: Readonly<Record<string, SecretSource>>;
}

/** The triggers of a function. */
export function triggersOf(
  { triggers, aliases, path, name }: FunctionSpec,
  words: Words,
  { fault }: Project,
  place: Place,
): TriggerSpec[] {
  return Object.entries(triggers).map(([trigger, written]) => {
    const at = [...path, 'triggers', trigger];
    const unknown = (word: string): Error => fault(at, `has \${${word}}, which stands for nothing`);
    const entry = fillInDeep(written, words, unknown);
    const { alias } = entry;
    if (alias !== undefined && aliases[alias] === undefined) {
      throw fault([...at, 'alias'], `is no alias of this function`, Object.keys(aliases).join(', ') || 'it has none');
    }
    const { type, settings: own } = triggerSettings(trigger, entry);
    const settings = 'topic' in entry ? { ...own, topic_urn: formatTopicUrn({ ...place, name: entry.topic }) } : own;
    const isRaw = 'type' in entry;
    const fields: Fields = {
      type,
      target: alias === undefined ? 'latest' : `!${alias}`,
      enabled: 'enabled' in entry ? (entry.enabled ?? true) : true,
      ...(isRaw ? {} : { settings }),
    };
    const noted = isRaw ? createHash('sha256').update(JSON.stringify(settings)).digest('hex') : keysOf(settings);
    return {
      desired: {
        ...{ kind: 'trigger', name: `${name}/${trigger}`, fields, path: at },
        notes: { settings: noted },
        ...(isRaw ? { hidden: settings } : {}),
      },
      secrets: isRaw ? (entry.secrets ?? {}) : {},
    };
  });
}

/** A setting that left the file has no value to be compared: then the trigger is made anew. */
const keysOf = (settings: Fields): string => Object.keys(settings).sort().join(' ');
