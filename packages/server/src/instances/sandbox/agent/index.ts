export type { AgentProcessOptions } from './agent-process.ts';
export { SandboxAgent } from './sandbox-agent.ts';
