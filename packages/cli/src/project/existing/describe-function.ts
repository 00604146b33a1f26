import type { FunctionConfig } from '../../connection/index.ts';
import type { AliasEntry, AsyncEntry, FunctionEntry, ReservedEntry, TriggerEntry } from '../file/schema.ts';
import { IMAGE_RUNTIME } from '../functions/image.ts';
import { actualSettings, settingsOf } from '../functions/settings.ts';
import { changesOf } from '../plan/changes.ts';
import type { Fields } from '../plan/resource.ts';

export interface ExistingFunction {
  readonly config: FunctionConfig;
  readonly triggers: Readonly<Record<string, TriggerEntry>>;
  readonly aliases: Readonly<Record<string, AliasEntry>>;
  readonly async: AsyncEntry | undefined;
  readonly reserved: ReservedEntry | undefined;
}

/** A function as an entry of `funcgraph.yaml`; settings with their default value are left out. */
export function describeFunction(name: string, { config, ...parts }: ExistingFunction): FunctionEntry {
  const { environment, image, source: _source, runtime, handler, ...settings } = actualSettings(config);
  const usual = settingsOf({ folder: '', runtime: config.runtime, handler: config.handler });
  const changed = new Set(changesOf(usual, settings).map(({ field }) => field.split('.')[0] ?? field));
  const secrets = secretsOf(name, config);
  const dependencies = config.dependencies.map((one) => `${one.name}@${one.version}`);
  return {
    ...(image === undefined ? { folder: `./${name}`, runtime, handler } : { ...imageEntry(config, image as Fields) }),
    ...Object.fromEntries(Object.entries(settings).filter(([key]) => changed.has(key))),
    ...filled('environment', escaped(environment) as Fields),
    ...filled('secrets', secrets),
    ...(dependencies.length === 0 ? {} : { dependencies }),
    ...(parts.async === undefined ? {} : { async: parts.async }),
    ...(parts.reserved === undefined ? {} : { reserved: parts.reserved }),
    ...filled('triggers', escaped(parts.triggers) as Fields),
    ...filled('aliases', parts.aliases),
  } as FunctionEntry;
}

function filled(key: string, map: Readonly<Record<string, unknown>>): Fields {
  return Object.keys(map).length === 0 ? {} : { [key]: map };
}

function imageEntry({ runtime, handler }: FunctionConfig, { uid, gid, ...texts }: Fields): Fields {
  const image = {
    ...Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== '')),
    uid: Number(uid),
    gid: Number(gid),
  };
  return { image, ...(runtime === IMAGE_RUNTIME ? {} : { runtime }), ...(handler === '-' ? {} : { handler }) };
}

/** The server shows no values: each comes from a variable of the shell. */
function secretsOf(name: string, { encrypted_user_data }: FunctionConfig): Record<string, { env: string }> {
  const names = Object.keys(JSON.parse(encrypted_user_data || '{}') as object);
  return Object.fromEntries(names.map((one) => [one, { env: `${name}_${one}`.replaceAll('-', '_').toUpperCase() }]));
}

/** `${` stands for words of the file. */
function escaped(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('${', () => '$${');
  if (Array.isArray(value)) return value.map(escaped);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, escaped(one)]));
}
