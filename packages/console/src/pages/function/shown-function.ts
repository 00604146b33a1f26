import type { RouteResponse, Routes } from '@funcgraph/api';
import { formatUrn, type Qualifier } from '@funcgraph/api/urn';
import { useQuery } from '@tanstack/react-query';
import { query, useSession } from '../../api/index.ts';

type FunctionConfig = RouteResponse<Routes['showFunctionConfig']>;

/** The function of the page in the version or alias that the person chose. */
export interface ShownFunction {
  readonly name: string;
  readonly app: string;
  /** The name of a version, or an alias after `!`. */
  readonly chosen: string;
  /** Without version: of what belongs to the whole function. */
  readonly baseUrn: string;
  /** With the chosen version or alias. */
  readonly urn: string;
  readonly config: FunctionConfig;
  /** A published version never changes. */
  readonly isReadOnly: boolean;
  readonly isEnabled: boolean;
  readonly isHttp: boolean;
}

/** What every tab of the page gets. */
export interface TabProps {
  readonly fn: ShownFunction;
}

const qualifierOf = (text: string): Qualifier =>
  text.startsWith('!') ? { kind: 'alias', name: text.slice(1) } : { kind: 'version', name: text };

interface Place {
  readonly region: string;
  readonly projectId: string;
}

interface Chosen {
  readonly name: string;
  readonly app: string;
  readonly version: string;
}

export function urnsOf({ region, projectId }: Place, { name, app, version }: Chosen) {
  const base = { region, projectId, package: app, name };
  return { baseUrn: formatUrn(base), urn: formatUrn({ ...base, qualifier: qualifierOf(version) }) };
}

export function useShownFunction(chosen: Chosen) {
  const { region, project_id: projectId } = useSession();
  const { baseUrn, urn } = urnsOf({ region, projectId }, chosen);
  const { data: config, error, refetch } = useQuery(query('showFunctionConfig', { params: { function_urn: urn } }));
  const fn: ShownFunction | undefined = config && {
    name: chosen.name,
    app: chosen.app,
    chosen: chosen.version,
    baseUrn,
    urn,
    config,
    isReadOnly: config.version !== 'latest',
    // a function without a single instance answers no request
    isEnabled: config.strategy_config.concurrency !== 0,
    isHttp: config.runtime === 'http',
  };
  return { fn, error, refetch: () => void refetch() };
}
