import { FrameMemory } from './frame-memory.ts';
import { SharedLogBudget } from './log-budget.ts';

/** What the links of all instances of a server have in common. */
export class LinkLimits {
  readonly memory = new FrameMemory();
  readonly logs = new SharedLogBudget();
}
