import type { ErrorViolation, TriggerFields } from '@funcgraph/api';
import type { FlowDefinition, FlowTrigger as Given, Json, JsonObject } from '@funcgraph/flow';
import type { ApiSettings } from '../../control/index.ts';
import { parseCronSchedule, ScheduleError } from '../../domain/schedule.ts';
import { idOf } from '../../lib/ids.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { auditSource, bucketSource, topicSource } from '../../services/index.ts';
import {
  type CtsSettings,
  checkApi,
  checkCts,
  checkEvent,
  checkObs,
  type EventSettings,
  type ObsSettings,
  readApi,
  readCts,
  readEvent,
  readObs,
  readSmn,
  routeKey,
  type SmnSettings,
  topicOf,
} from '../../triggers/index.ts';
import type { DefinedTrigger, FlowTimerSettings, FlowTriggerSettings } from './flow-trigger.ts';

export interface ReadTriggers {
  readonly triggers: readonly DefinedTrigger[];
  readonly faults: readonly ErrorViolation[];
}

interface Place {
  readonly projectId: string;
  /** Undefined for a flow that is not stored. */
  readonly flowId?: string;
}

/** How long a caller waits for an express flow whose trigger sets no time. */
const USUAL_TIMEOUT_MS = 60_000;
const TEXTS = ['name', 'path', 'protocol', 'req_method', 'group_id', 'group_name', 'match_mode', 'env_name', 'env_id'];
const MORE_TEXTS = ['auth', 'instance_id'];

/**
 * The enabled triggers of a definition, and what is wrong with them beyond the rules that need no server. Disabled ones
 * are kept in the definition and do nothing, whatever their type.
 */
export function readTriggers({ triggers }: FlowDefinition, { projectId, flowId = '' }: Place): ReadTriggers {
  const read: DefinedTrigger[] = [];
  const faults: ErrorViolation[] = [];
  const ids = new Set<string>();
  const keys = new Map<string, number>();
  for (const [index, given] of triggers.entries()) {
    if (given.enabled === false) continue;
    const fault = (code: string, field: string, message: string): void => {
      faults.push({ code, field: `triggers[${index}].${field}`, message });
    };
    const name = nameOf(given);
    const settings = readSettings(given, name, fault);
    if (settings === undefined) continue;
    const id = idOf(JSON.stringify(['flow trigger', flowId, given.trigger_type, name]));
    if (ids.has(id)) fault('X-50', 'trigger_name', `another ${given.trigger_type} trigger is called ${name}`);
    ids.add(id);
    const key = isGateway(settings) ? routeKey({ projectId }, settings) : undefined;
    const source = sourceOf(projectId, settings);
    const same = key === undefined ? undefined : keys.get(key);
    if (same !== undefined)
      fault('X-51', 'trigger_config.path', `triggers[${same}] serves this path, method and environment`);
    if (key !== undefined) keys.set(key, index);
    read.push({ id, name, settings, routeKey: key, source, index });
  }
  return { triggers: read, faults };
}

type Fault = (code: string, field: string, message: string) => void;

function readSettings({ trigger_type: type, trigger_config: config }: Given, name: string, fault: Fault) {
  switch (type) {
    case 'FLOWTIMER':
      return readTimer(config, fault);
    case 'APIG':
      return readGateway('APIG', config, (field, message) => fault('F-123', field, message));
    case 'APIG_DE':
      return readGateway('DEDICATEDGATEWAY', config, (field, message) => fault('F-124', field, message));
    case 'OBS':
      return readBucket(name, config, fault);
    case 'SMN':
      return readTopic(name, config, fault);
    case 'CTS':
      return readAudited(name, config, fault);
    case 'EVENT':
      return readCloudEvents(name, config, fault);
    // reported by the rules of definitions
    default:
      return undefined;
  }
}

function readTimer(config: JsonObject, fault: Fault): FlowTimerSettings | undefined {
  const { schedule, user_event: event } = config;
  const input = inputOf(event);
  // reported by the rules of definitions
  if (typeof schedule !== 'string' || schedule === '' || input === undefined) return undefined;
  try {
    parseCronSchedule(schedule);
    return { kind: 'FLOWTIMER', schedule, input };
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error;
    fault('F-121', 'trigger_config.schedule', error.message);
    return undefined;
  }
}

/** The field `input` of the extra information, which is JSON text, or in files an object. */
function inputOf(event: Json | undefined): Json | undefined {
  try {
    const value = typeof event === 'string' ? (JSON.parse(event) as Json) : event;
    return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, 'input')
      ? value.input
      : undefined;
  } catch {
    return undefined;
  }
}

function readGateway(
  kind: ApiSettings['kind'],
  config: JsonObject,
  fault: (field: string, message: string) => void,
): FlowTriggerSettings | undefined {
  const data: Record<string, string> = {};
  for (const name of [...TEXTS, ...MORE_TEXTS]) {
    const value = Object.hasOwn(config, name) ? (config[name] ?? undefined) : undefined;
    if (value !== undefined && typeof value !== 'string') {
      fault(`trigger_config.${name}`, 'must be text');
      return undefined;
    }
    if (value !== undefined) data[name] = value;
  }
  const { type = 1, func_info: info = null } = config;
  const timeout = typeof info === 'object' && info !== null && !Array.isArray(info) ? info.timeout : undefined;
  if (!Number.isInteger(type ?? 1) || !Number.isInteger(timeout ?? USUAL_TIMEOUT_MS)) {
    fault('trigger_config', 'type and func_info.timeout must be whole numbers');
    return undefined;
  }
  // reported by the rules of definitions
  if (!['', 'IAM', undefined].includes(data.auth)) return undefined;
  if (kind === 'DEDICATEDGATEWAY' && !data.instance_id) {
    fault('trigger_config.instance_id', 'instance_id is missing: the id of the gateway');
    return undefined;
  }
  try {
    const times = { timeout: (timeout ?? USUAL_TIMEOUT_MS) as number };
    const settings = readApi({ ...data, type: (type ?? 1) as number, func_info: times } as TriggerFields<'APIG'>, kind);
    checkApi(settings);
    return settings;
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    fault('trigger_config', error.hint === undefined ? error.message : `${error.message}. ${error.hint}`);
    return undefined;
  }
}

function readBucket(name: string, config: JsonObject, fault: Fault): ObsSettings | undefined {
  const { bucket = '', events = [], prefix = '', suffix = '' } = config;
  for (const [field, value] of Object.entries({ bucket, prefix: prefix ?? '', suffix: suffix ?? '' })) {
    if (typeof value === 'string') continue;
    fault('X-53', `trigger_config.${field}`, 'must be text');
    return undefined;
  }
  if (!isTexts(events)) {
    fault('X-53', 'trigger_config.events', 'must be a list of texts');
    return undefined;
  }
  try {
    const settings = readObs({ name, bucket, events, prefix, suffix } as TriggerFields<'OBS'>);
    checkObs(settings);
    return settings;
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    fault('X-53', 'trigger_config', error.hint === undefined ? error.message : `${error.message}. ${error.hint}`);
    return undefined;
  }
}

function readTopic(name: string, { topic_urn = '' }: JsonObject, fault: Fault): SmnSettings | undefined {
  if (typeof topic_urn !== 'string') {
    fault('X-55', 'trigger_config.topic_urn', 'must be text');
    return undefined;
  }
  const settings = readSmn({ name, topic_urn });
  try {
    topicOf(settings);
    return settings;
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    fault('X-55', 'trigger_config.topic_urn', error.message);
    return undefined;
  }
}

function readAudited(name: string, { operations = [] }: JsonObject, fault: Fault): CtsSettings | undefined {
  const field = 'trigger_config.operations';
  if (!isTexts(operations)) {
    fault('X-56', field, 'must be a list of texts');
    return undefined;
  }
  try {
    const settings = readCts({ name, operations });
    checkCts(settings);
    return settings;
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    fault('X-56', field, error.hint === undefined ? error.message : `${error.message}. ${error.hint}`);
    return undefined;
  }
}

function readCloudEvents(name: string, { types = [] }: JsonObject, fault: Fault): EventSettings | undefined {
  const field = 'trigger_config.types';
  if (!isTexts(types) || types.length > 50) {
    fault('X-57', field, 'must be a list of at most 50 texts');
    return undefined;
  }
  try {
    const settings = readEvent({ name, types });
    checkEvent(settings);
    return settings;
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    fault('X-57', field, error.hint === undefined ? error.message : `${error.message}. ${error.hint}`);
    return undefined;
  }
}

function isTexts(value: Json | undefined): value is string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

function sourceOf(projectId: string, settings: FlowTriggerSettings): string | undefined {
  if (settings.kind === 'OBS') return bucketSource(projectId, settings.bucket);
  if (settings.kind === 'CTS') return auditSource(projectId);
  return settings.kind === 'SMN' ? topicSource(projectId, topicOf(settings).name) : undefined;
}

function isGateway(settings: FlowTriggerSettings): settings is ApiSettings {
  return settings.kind === 'APIG' || settings.kind === 'DEDICATEDGATEWAY';
}

function nameOf({ trigger_name: name, trigger_type: type }: Given): string {
  return name || type.toLowerCase();
}
