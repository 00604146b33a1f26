import { ApiError, type Client, type RouteResponse, type Routes } from '@funcgraph/api';
import { CliError } from '../framework/index.ts';

/** A function as the server describes it. */
export type FunctionConfig = RouteResponse<Routes['showFunctionConfig']>;

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
