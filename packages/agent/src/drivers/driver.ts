import type { OutputSink } from '../output-limit.ts';
import type { DriverCapabilities, DriverName, SandboxExit, SandboxSpec } from '../protocol.ts';
import type { RunningSandbox } from './running-sandbox.ts';

export interface SandboxHooks {
  readonly onOutput: OutputSink;
  /** Every process is dead and usage was measured; what the sandbox left is still being removed. */
  readonly onExit: (exit: SandboxExit) => void;
}

export interface Driver {
  readonly name: DriverName;
  capabilities(): Promise<DriverCapabilities>;
  /** Resolves when the program of the sandbox is about to run. Rejects with `AgentError` and leaves nothing behind. */
  start(spec: SandboxSpec, hooks: SandboxHooks): Promise<RunningSandbox>;
}
