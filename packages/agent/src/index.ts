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
  SandboxAssignment,
  SandboxExit,
  SandboxSpec,
  UsagePaths,
} from './protocol.ts';
export { CODE_PATH, LINK_PATH } from './protocol.ts';
