import { FrameMemory } from './frame-memory.ts';
import { SharedLogBudget } from './log-budget.ts';

/** Limits that the links of all instances of a server share. */
export class LinkLimits {
  readonly memory = new FrameMemory();
  readonly logs = new SharedLogBudget();
}
