import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { JsonObject } from '@funcgraph/flow';
import { parse } from 'yaml';
import { CliError, type Context, EXIT, systemCode, usageError } from '../../framework/index.ts';

const MAX_BYTES = 2 * 1024 * 1024;
/** References to anchors, together: a small file could name a huge value otherwise. */
const MAX_ALIASES = 100;

/** The object in a file of YAML or JSON. Throws a `CliError`. */
export async function readFlowFile(path: string, { cwd }: Pick<Context, 'cwd'>): Promise<JsonObject> {
  const text = await readText(resolve(cwd, path), path);
  let value: unknown;
  try {
    value = path.endsWith('.json') ? JSON.parse(text) : parse(text, { maxAliasCount: MAX_ALIASES });
  } catch (cause) {
    throw invalid(`${path}: ${(cause as Error).message.trim()}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw invalid(`${path} holds no object: a flow has name, nodes and edges`);
}

async function readText(path: string, shown: string): Promise<string> {
  try {
    await using file = await open(path);
    const { size } = await file.stat();
    if (size > MAX_BYTES) throw invalid(`${shown} is over ${MAX_BYTES} bytes`);
    return await file.readFile('utf8');
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw usageError(`cannot read ${shown}: ${systemCode(cause) ?? String(cause)}`);
  }
}

const invalid = (message: string): CliError => new CliError(message, { code: 'CLI.FLOW', exitCode: EXIT.refused });
