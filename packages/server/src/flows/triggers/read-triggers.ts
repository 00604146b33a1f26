import type { ErrorViolation, TriggerFields } from '@funcgraph/api';
import type { FlowDefinition, FlowTrigger as Given, Json, JsonObject } from '@funcgraph/flow';
import type { ApiSettings } from '../../control/index.ts';
import { parseCronSchedule, ScheduleError } from '../../domain/schedule.ts';
import { idOf } from '../../lib/ids.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { checkApi, readApi, routeKey } from '../../triggers/index.ts';
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
    const settings = readSettings(given, fault);
    if (settings === undefined) continue;
    const name = nameOf(given);
    const id = idOf(JSON.stringify(['flow trigger', flowId, given.trigger_type, name]));
    if (ids.has(id)) fault('X-50', 'trigger_name', `another ${given.trigger_type} trigger is called ${name}`);
    ids.add(id);
    const key = settings.kind === 'FLOWTIMER' ? undefined : routeKey({ projectId }, settings);
    const same = key === undefined ? undefined : keys.get(key);
    if (same !== undefined)
      fault('X-51', 'trigger_config.path', `triggers[${same}] serves this path, method and environment`);
    if (key !== undefined) keys.set(key, index);
    read.push({ id, name, settings, routeKey: key, index });
  }
  return { triggers: read, faults };
}

type Fault = (code: string, field: string, message: string) => void;

function readSettings({ trigger_type: type, trigger_config: config }: Given, fault: Fault) {
  switch (type) {
    case 'FLOWTIMER':
      return readTimer(config, fault);
    case 'APIG':
      return readGateway('APIG', config, (field, message) => fault('F-123', field, message));
    case 'APIG_DE':
      return readGateway('DEDICATEDGATEWAY', config, (field, message) => fault('F-124', field, message));
    default: {
      const why = `there is no event source for ${type.slice(0, 40)} triggers here`;
      fault('X-52', 'trigger_type', `${why}; with enabled false the trigger is kept and does nothing`);
      return undefined;
    }
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

function nameOf({ trigger_name: name, trigger_type: type }: Given): string {
  return name || type.toLowerCase();
}
