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
  RootFileSystem,
  SandboxAssignment,
  SandboxExit,
  SandboxSpec,
  UsagePaths,
} from './protocol.ts';
export { CODE_PATH, LINK_PATH, PLATFORM_PATH } from './protocol.ts';
