export type { AgentErrorCode } from './agent-error.ts';
export type {
  AgentEvent,
  AgentMessage,
  AgentReplies,
  AgentReply,
  AgentRequest,
  Bind,
  DriverCapabilities,
  DriverName,
  SandboxExit,
  SandboxSpec,
  UsagePaths,
} from './protocol.ts';
export { LINK_PATH } from './protocol.ts';
