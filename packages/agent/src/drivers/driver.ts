import type { DriverCapabilities, DriverName, SandboxSpec } from '../protocol.ts';
import type { RunningSandbox, SandboxHooks } from './running-sandbox.ts';

export interface Driver {
  readonly name: DriverName;
  capabilities(): Promise<DriverCapabilities>;
  /** Resolves when the program of the sandbox is about to run. Rejects with `AgentError` and leaves nothing behind. */
  start(spec: SandboxSpec, hooks: SandboxHooks): Promise<RunningSandbox>;
}
