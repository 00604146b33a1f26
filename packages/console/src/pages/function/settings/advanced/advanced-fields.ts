import type { ShownFunction } from '../../shown-function.ts';
import type { ConfigChange } from '../section.ts';

/** Of a function that gets its first initializer. */
const USUAL_TIMEOUT = 10;

export interface AdvancedFields {
  readonly hasInitializer: boolean;
  readonly initializer: string;
  readonly initializerTimeout: number;
  readonly hasDynamicMemory: boolean;
  readonly isStream: boolean;
  readonly hasHeartbeat: boolean;
  readonly heartbeat: string;
}

export const readAdvanced = (config: ShownFunction['config']): AdvancedFields => ({
  hasInitializer: config.initializer_handler !== '',
  // an image has one server for all
  initializer: config.initializer_handler || (config.custom_image ? '-' : ''),
  initializerTimeout: config.initializer_timeout || USUAL_TIMEOUT,
  hasDynamicMemory: config.enable_dynamic_memory,
  isStream: config.is_return_stream,
  hasHeartbeat: config.heartbeat_handler !== '',
  heartbeat: config.heartbeat_handler,
});

/** Hidden fields change nothing. */
export const writeAdvanced = (fields: AdvancedFields): ConfigChange => ({
  initializer_handler: fields.hasInitializer ? fields.initializer : '',
  ...(fields.hasInitializer ? { initializer_timeout: fields.initializerTimeout } : {}),
  enable_dynamic_memory: fields.hasDynamicMemory,
  is_return_stream: fields.isStream,
  heartbeat_handler: fields.hasHeartbeat ? fields.heartbeat : '',
});
