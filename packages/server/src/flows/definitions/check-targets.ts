import { type ErrorViolation, formatQualifier, parseFlowUrn, parseUrn, type Qualifier } from '@funcgraph/api';
import type { FlowDefinition } from '@funcgraph/flow';
import type { FunctionName } from '../../control/index.ts';
import type { Flow } from '../types.ts';

/** What the person or agency may do whose rights the calls of the flow have. */
export interface FlowRights {
  mayCall(fn: FunctionName): boolean;
  mayStart(flow: Flow): boolean;
}

export interface TargetFacts {
  readonly projectId: string;
  /** The flow itself. */
  readonly name: string;
  readonly rights: FlowRights;
  /** Whether the function, with its version or alias, exists. */
  exists(fn: FunctionName, qualifier: Qualifier): boolean;
  /** A flow of the project with its definition; undefined when none exists. */
  flow(name: string): Promise<{ readonly flow: Flow; readonly definition: FlowDefinition } | undefined>;
}

const LATEST: Qualifier = { kind: 'version', name: 'latest' };
/** The most flows that start each other, one inside the other. */
const MAX_DEPTH = 16;

/** Rules about what a definition calls. A function or flow that the caller may not use looks like a missing one. */
export async function checkTargets(definition: FlowDefinition, facts: TargetFacts): Promise<ErrorViolation[]> {
  const found: ErrorViolation[] = [];
  for (const node of definition.nodes) {
    if (node.kind === 'function') {
      const broken = functionFault(node.function, facts);
      if (broken !== undefined) found.push({ ...broken, node: node.id, field: 'function' });
    }
    if (node.kind === 'subflow') {
      const broken = await subflowFault({ urn: node.flow, waits: node.wait, mode: definition.mode }, facts);
      if (broken !== undefined) found.push({ ...broken, node: node.id, field: 'flow' });
    }
  }
  return found;
}

type Fault = Pick<ErrorViolation, 'code' | 'message'>;

function functionFault(text: string, { projectId, rights, exists }: TargetFacts): Fault | undefined {
  const urn = parseUrn(text);
  const shown = text.slice(0, 200);
  if (urn === undefined) return { code: 'X-60', message: `${shown} is not the URN or the name of a function.` };
  if (urn.projectId !== projectId) return { code: 'X-61', message: 'The function belongs to another project.' };
  const fn = { projectId, package: urn.package, name: urn.name };
  if (!rights.mayCall(fn)) {
    return { code: 'X-62', message: `Function ${fn.package}/${fn.name} does not exist, or may not be called here.` };
  }
  const { qualifier = LATEST } = urn;
  if (exists(fn, qualifier)) return undefined;
  return exists(fn, LATEST)
    ? {
        code: 'X-63',
        message: `Function ${fn.package}/${fn.name} has no version or alias ${formatQualifier(qualifier)}.`,
      }
    : { code: 'X-62', message: `Function ${fn.package}/${fn.name} does not exist, or may not be called here.` };
}

async function subflowFault(
  { urn: text, waits, mode }: { readonly urn: string; readonly waits: boolean; readonly mode: FlowDefinition['mode'] },
  facts: TargetFacts,
): Promise<Fault | undefined> {
  const urn = parseFlowUrn(text);
  if (urn === undefined)
    return { code: 'X-64', message: `${text.slice(0, 200)} is not the URN or the name of a flow.` };
  if (urn.projectId !== facts.projectId) return { code: 'X-61', message: 'The flow belongs to another project.' };
  if (urn.name === facts.name) return { code: 'X-65', message: 'A flow cannot start itself.' };
  const target = await facts.flow(urn.name);
  if (target === undefined || !facts.rights.mayStart(target.flow)) {
    return { code: 'X-66', message: `Flow ${urn.name} does not exist, or may not be started here.` };
  }
  if (mode === 'EXPRESS' && waits && target.flow.mode === 'NORMAL') {
    return { code: 'X-67', message: `An express flow cannot wait for ${urn.name}, which is a standard flow.` };
  }
  return chainFault(urn.name, facts);
}

/** Follows sub-flows from a flow, breadth first: each flow once, so that at most all flows of the project are read. */
async function chainFault(first: string, { name: own, projectId, flow }: TargetFacts): Promise<Fault | undefined> {
  const cameFrom = new Map<string, string>([[first, own]]);
  let level = [first];
  for (let depth = 2; level.length > 0; depth += 1) {
    const next: string[] = [];
    for (const name of level) {
      const { definition } = (await flow(name)) ?? {};
      for (const node of definition?.nodes ?? []) {
        const target = node.kind === 'subflow' ? parseFlowUrn(node.flow) : undefined;
        if (target === undefined || target.projectId !== projectId) continue;
        if (target.name === own) {
          return {
            code: 'X-65',
            message: `Flows would start each other for ever: ${pathTo(name, cameFrom)} → ${own}.`,
          };
        }
        if (cameFrom.has(target.name)) continue;
        cameFrom.set(target.name, name);
        next.push(target.name);
      }
    }
    if (next.length > 0 && depth === MAX_DEPTH) {
      return { code: 'X-68', message: `More than ${MAX_DEPTH} flows would start each other, one inside the other.` };
    }
    level = next;
  }
  return undefined;
}

function pathTo(name: string, cameFrom: ReadonlyMap<string, string>): string {
  const path = [name];
  for (let at = cameFrom.get(name); at !== undefined; at = cameFrom.get(at)) path.unshift(at);
  return path.join(' → ');
}
