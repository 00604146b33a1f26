import type { Handlers } from '../../http/handler.ts';
import { type FlowDefinitionDeps, flowDefinitionHandlers } from './definition-handlers.ts';
import { type FlowLogDeps, flowLogHandlers } from './log-handlers.ts';
import { type FlowRunDeps, flowRunHandlers } from './run-handlers.ts';

type Ids =
  | keyof ReturnType<typeof flowDefinitionHandlers>
  | keyof ReturnType<typeof flowRunHandlers>
  | keyof ReturnType<typeof flowLogHandlers>;

/** Flows and their runs. */
export function workflowHandlers(deps: FlowRunDeps & FlowDefinitionDeps & FlowLogDeps): Handlers<Ids> {
  return { ...flowDefinitionHandlers(deps), ...flowRunHandlers(deps), ...flowLogHandlers(deps) };
}
