import { parse, stringify } from 'yaml';
import type { NamedDependency, OpaqueFields } from '../../../control/index.ts';
import { PlatformError } from '../../../lib/platform-error.ts';
import type { ExportDocument } from './export-document.ts';
import { checkYaml } from './yaml-limits.ts';

const MAPS = ['user_data', 'encrypted_user_data'];
const MOST_DEPENDENCIES = 100;

/** The text of an exported function's YAML file. */
export function writeExportYaml(document: ExportDocument): string {
  return stringify(document, { lineWidth: 0, aliasDuplicateObjects: false });
}

/**
 * Reads the output of `writeExportYaml`, possibly edited by a user. Throws `invalid_import`. The fields of the function
 * themselves are checked when it is created.
 */
export function readExportYaml(text: string): ExportDocument {
  const root = mapOf(parsed(text), 'the YAML file');
  const fn = mapOf(root.function, 'function');
  for (const name of MAPS) if (fn[name] !== undefined && fn[name] !== null) mapOf(fn[name], `function.${name}`);
  const { code } = root;
  if (code !== undefined && code !== null && typeof code !== 'string') throw refused('code must be a file name');
  return {
    function: fn,
    dependencies: dependenciesOf(root.dependencies),
    ...(typeof code === 'string' && code !== '' ? { code } : {}),
  };
}

function parsed(text: string): unknown {
  try {
    checkYaml(text);
    // without aliases no text is larger in memory than it looks; checking for equal keys takes quadratic time
    const safely = { maxAliasCount: 0, uniqueKeys: false } as const;
    return parse(text, { schema: 'core', prettyErrors: false, logLevel: 'error', ...safely });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.slice(0, 200) : 'unknown';
    throw new PlatformError('invalid_import', `the YAML file cannot be read: ${why}`, { cause });
  }
}

function dependenciesOf(value: unknown): NamedDependency[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || value.length > MOST_DEPENDENCIES) throw refused('dependencies must be a list');
  return value.map((item: unknown, at) => {
    const { name, runtime, version } = mapOf(item, `dependencies[${at}]`);
    if (typeof name !== 'string' || typeof runtime !== 'string' || !Number.isInteger(version)) {
      throw refused(`dependencies[${at}] must have name, runtime and version`);
    }
    return { name, runtime, version: Number(version) };
  });
}

function mapOf(value: unknown, what: string): OpaqueFields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as OpaqueFields;
  throw refused(`${what} must be a map`);
}

function refused(message: string): PlatformError {
  return new PlatformError('invalid_import', message, { hint: 'Take an archive of exportFunction as it is.' });
}
