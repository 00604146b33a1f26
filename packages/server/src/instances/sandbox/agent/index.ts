export type { StartAgent } from './agent-client.ts';
export { SandboxAgent } from './sandbox-agent.ts';
