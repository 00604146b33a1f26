import type { FlowRuns } from '../../../flows/index.ts';
import { PlatformError } from '../../../lib/platform-error.ts';
import type { Handlers } from '../../http/handler.ts';
import { flowDefinitionHandlers } from './definition-handlers.ts';
import { type FlowRunDeps, flowRunHandlers, RUN_OPERATIONS } from './run-handlers.ts';

export interface WorkflowDeps extends Omit<FlowRunDeps, 'runs'> {
  /** Undefined as long as the server has no engine: operations on runs are refused. */
  readonly runs: FlowRuns | undefined;
}

type RunHandlers = ReturnType<typeof flowRunHandlers>;
type Ids = keyof ReturnType<typeof flowDefinitionHandlers> | keyof RunHandlers;

/** Flows and their runs. */
export function workflowHandlers({ runs, ...deps }: WorkflowDeps): Handlers<Ids> {
  return { ...flowDefinitionHandlers(deps), ...(runs === undefined ? refusals() : flowRunHandlers({ ...deps, runs })) };
}

function refusals(): RunHandlers {
  const refused = RUN_OPERATIONS.map((id) => [
    id,
    async () => {
      throw new PlatformError('not_supported_here', `${id} is not supported here`, {
        hint: 'Runs of flows come in a later step.',
      });
    },
  ]);
  return Object.fromEntries(refused) as RunHandlers;
}
