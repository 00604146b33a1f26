import { ApiError, type Client } from '@funcgraph/api';
import { CliError } from '../framework/index.ts';

/** The configuration fields that the CLI reads and sets; the server may send more, which `show` prints too. */
export interface FunctionConfig {
  readonly func_urn: string;
  readonly func_name: string;
  readonly runtime: string;
  readonly handler: string;
  readonly timeout: number;
  readonly memory_size: number;
  readonly [field: string]: unknown;
}

export interface FunctionParams {
  readonly project_id: string;
  readonly function_urn: string;
}

/** Checks an answer of the server for the fields above. Throws CliError when this is no FunctionGraph server. */
export function parseConfig(value: unknown): FunctionConfig {
  const record = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const { func_urn, func_name, runtime, handler, timeout, memory_size } = record;
  const texts = [func_urn, func_name, runtime, handler].every((field) => typeof field === 'string');
  if (!texts || typeof timeout !== 'number' || typeof memory_size !== 'number') {
    throw new CliError('the server sent something that is no function configuration', {
      code: 'CLI.PROTOCOL',
      hint: 'Is --endpoint the address of a Funcgraph server?',
    });
  }
  return record as FunctionConfig;
}

/** Undefined when there is no such function. */
export async function findConfig(
  client: Client,
  params: FunctionParams,
  signal: AbortSignal,
): Promise<FunctionConfig | undefined> {
  try {
    const { data } = await client.call('showFunctionConfig', { params, signal });
    return parseConfig(data);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}
