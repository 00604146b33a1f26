export type { AgentErrorCode } from './agent-error.ts';
export { type DoorHandle, isDoorHandle, sendable } from './doors/door-handle.ts';
export type { Door } from './doors/doors.ts';
export type { UserRange } from './mounts/mount-users.ts';
export type { NfsExport } from './mounts/nfs-exports.ts';
export type {
  AgentEvent,
  AgentMessage,
  AgentReplies,
  AgentReply,
  AgentRequest,
  Bind,
  DriverCapabilities,
  DriverName,
  FileSystemMount,
  MountCheck,
  RootFileSystem,
  SandboxAssignment,
  SandboxExit,
  SandboxNetwork,
  SandboxSpec,
  UsagePaths,
  VpcNetwork,
} from './protocol.ts';
export { CODE_PATH, LINK_PATH, PLATFORM_ADDRESS, PLATFORM_HOST, PLATFORM_PATH, USUAL_LIMITS } from './protocol.ts';
export type { AgentRules } from './rules.ts';
export { type AgentProcess, type AgentProcessOptions, spawnAgent } from './spawn.ts';
