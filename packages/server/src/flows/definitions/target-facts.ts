import { parseFlowUrn, parseUrn, type Qualifier } from '@funcgraph/api';
import {
  type Facts,
  type FlowDefinition,
  type FlowFacts,
  type FunctionFacts,
  MAX_SUBFLOW_DEPTH,
  referencesOf,
} from '@funcgraph/flow';
import type { FunctionName } from '../../control/index.ts';
import type { Flow } from '../types.ts';

/** `hidden` things look like missing ones to the caller. */
export type Access = 'usable' | 'visible' | 'hidden';

/** What the person or agency may use whose rights the calls of the flow have. */
export interface FlowRights {
  ofFunction(fn: FunctionName): Access;
  ofFlow(flow: Flow): Access;
}

export interface TargetSources {
  readonly projectId: string;
  readonly rights: FlowRights;
  /** The runtime of a function; undefined when it, or its version or alias, does not exist. */
  runtime(fn: FunctionName, qualifier: Qualifier): string | undefined;
  /** A flow of the project with its definition; undefined when none exists. */
  flow(name: string): Promise<StoredFlow | undefined>;
}

export interface StoredFlow {
  readonly flow: Flow;
  readonly definition: FlowDefinition;
}

const LATEST: Qualifier = { kind: 'version', name: 'latest' };

/** What the rules need to know about the functions and flows that a definition names by URN. */
export async function targetFacts(definition: FlowDefinition, sources: TargetSources): Promise<Facts> {
  const named = referencesOf(definition);
  const functions = new Map<string, FunctionFacts>();
  for (const urn of named.functions) {
    const facts = functionFacts(urn, sources);
    if (facts !== undefined) functions.set(urn, facts);
  }
  const flows = new Map<string, FlowFacts>();
  for (const urn of named.flows) {
    const facts = await flowFacts(urn, definition.name, sources);
    if (facts !== undefined) flows.set(urn, facts);
  }
  return { functions, flows };
}

function functionFacts(text: string, { projectId, rights, runtime }: TargetSources): FunctionFacts | undefined {
  const urn = parseUrn(text);
  if (urn === undefined || urn.projectId !== projectId) return undefined;
  const fn = { projectId, package: urn.package, name: urn.name };
  const access = rights.ofFunction(fn);
  const found = runtime(fn, urn.qualifier ?? LATEST);
  if (found === undefined || access === 'hidden') return undefined;
  return { runtime: found, callable: access === 'usable' };
}

async function flowFacts(text: string, own: string, sources: TargetSources): Promise<FlowFacts | undefined> {
  const urn = parseFlowUrn(text);
  if (urn === undefined || urn.projectId !== sources.projectId) return undefined;
  if (urn.name === own) return { mode: 'EXPRESS', startable: true, depth: 0, startsThis: true };
  const target = await sources.flow(urn.name);
  if (target === undefined) return undefined;
  const access = sources.rights.ofFlow(target.flow);
  if (access === 'hidden') return undefined;
  return { mode: target.flow.mode, startable: access === 'usable', ...(await below(target, own, sources)) };
}

/**
 * Follows sub-flows level by level, each flow once on each level, so that at most all flows of the project are read for
 * each of the levels that are allowed.
 */
async function below(
  target: StoredFlow,
  own: string,
  { projectId, flow }: TargetSources,
): Promise<Pick<FlowFacts, 'depth' | 'startsThis'>> {
  let level = [target.definition];
  for (let depth = 0; depth <= MAX_SUBFLOW_DEPTH; depth += 1) {
    const names = new Set(level.flatMap((definition) => startedBy(definition, projectId)));
    if (names.has(own)) return { depth, startsThis: true };
    if (names.size === 0) return { depth, startsThis: false };
    const next = await Promise.all([...names].map(flow));
    level = next.flatMap((found) => (found === undefined ? [] : [found.definition]));
  }
  return { depth: MAX_SUBFLOW_DEPTH + 1, startsThis: false };
}

function startedBy(definition: FlowDefinition, projectId: string): string[] {
  return [...referencesOf(definition).flows].flatMap((text) => {
    const urn = parseFlowUrn(text);
    return urn?.projectId === projectId ? [urn.name] : [];
  });
}
