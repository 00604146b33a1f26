export type {
  Credentials,
  FunctionContext,
  InitFrame,
  InstanceFrame,
  InvokeFrame,
  LogLevel,
  ServerFrame,
  ShutdownFrame,
} from './protocol/frames.ts';
export { MAX_BODY_BYTES, MAX_HEADER_BYTES, MAX_LOG_BYTES, PROTOCOL_VERSION } from './protocol/frames.ts';
