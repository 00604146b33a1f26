export { SandboxAgent, type StartAgent } from './agent/index.ts';
export { SandboxError } from './errors.ts';
export type {
  Sandbox,
  SandboxAssignment,
  SandboxCapabilities,
  SandboxDriver,
  SandboxExit,
  SandboxOutput,
  SandboxSpec,
  UsagePaths,
} from './sandbox.ts';
export { AGENT_SIGNAL, LOST } from './sandbox.ts';
