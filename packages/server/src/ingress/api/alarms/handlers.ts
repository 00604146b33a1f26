import { type DecodedBody, parseFlowUrn, parseUrn, type RouteResponse, type Routes } from '@funcgraph/api';
import type { Caller } from '../../../iam/index.ts';
import { PlatformError } from '../../../lib/platform-error.ts';
import {
  type AlarmChange,
  type AlarmRule,
  type AlarmSetter,
  type Alarms,
  changeId,
  type NamedAlarmTarget,
  type RequestedAlarm,
  targetUrn,
} from '../../../services/index.ts';
import type { Handlers } from '../../http/handler.ts';
import { AlarmAccess, type AlarmAccessDeps } from './alarm-access.ts';

type Ids = 'createAlarm' | 'listAlarms' | 'showAlarm' | 'updateAlarm' | 'deleteAlarm' | 'listAlarmHistory';

export interface AlarmDeps extends AlarmAccessDeps {
  readonly alarms: Alarms;
}

const MAX_PAGE = 100;

/** Alarm rules and their history. */
export function alarmHandlers(deps: AlarmDeps): Handlers<Ids> {
  const { alarms, region } = deps;
  const access = new AlarmAccess(deps);
  return {
    async createAlarm(request) {
      const { params, body, caller } = request;
      access.authorize(request, 'create', body.name);
      const target = await access.target(request, body.target_urn);
      await access.checkTopics(request, body.topic_urns ?? []);
      const rule = { projectId: params.project_id, name: body.name, target };
      return shown(await alarms.create(rule, requested(body), setterOf(caller)), region);
    },

    async listAlarms(request) {
      const { marker = '', state, target_urn: target } = request.query;
      const limit = request.query.limit === undefined ? MAX_PAGE : Number(request.query.limit);
      if (limit < 1 || limit > MAX_PAGE) {
        throw new PlatformError('invalid_request', `limit must be 1 to ${MAX_PAGE}`);
      }
      const projectId = request.params.project_id;
      const page = { after: marker, limit, state: stateOf(state), target: targetNamed(projectId, target) };
      const found = await alarms.list(projectId, page);
      const seen = found.filter(({ name }) => access.allows(request, 'list', name));
      return {
        alarms: seen.map((rule) => shown(rule, region)),
        next_marker: found.length < limit ? '' : (found.at(-1)?.name ?? ''),
      };
    },

    async showAlarm(request) {
      const { project_id: projectId, alarm_name: name } = request.params;
      access.authorize(request, 'get', name);
      return shown(await alarms.find(projectId, name), region);
    },

    async updateAlarm(request) {
      const { project_id: projectId, alarm_name: name } = request.params;
      access.authorize(request, 'update', name);
      const rule = await alarms.find(projectId, name);
      const changes = requested(request.body);
      // who decides what is published needs the right to publish it
      const changesMessages = Object.entries(changes).some(
        ([field, value]) => field !== 'enabled' && value !== undefined,
      );
      if (changesMessages) await access.checkTopics(request, changes.topics ?? rule.topics);
      const setBy = changesMessages ? setterOf(request.caller) : rule.setBy;
      return shown(await alarms.update(rule, changes, setBy), region);
    },

    async deleteAlarm(request) {
      const { project_id: projectId, alarm_name: name } = request.params;
      access.authorize(request, 'delete', name);
      await alarms.delete(projectId, name);
      return {};
    },

    async listAlarmHistory(request) {
      const { project_id: projectId, alarm_name: name } = request.params;
      access.authorize(request, 'get', name);
      const rule = await alarms.find(projectId, name);
      return { changes: (await alarms.history(rule)).map((change) => shownChange(rule, change)) };
    },
  };
}

function requested(body: DecodedBody<Routes['updateAlarm']>): RequestedAlarm {
  const { description, enabled, metric, statistic, period, comparison, threshold, periods } = body;
  return {
    ...{ description, enabled, metric, statistic, period, comparison, threshold, periods },
    breaching: body.breaching_periods,
    missing: body.missing_data,
    topics: body.topic_urns,
    notifyOn: body.notify_on,
  };
}

function setterOf({ principal: { kind, id } }: Caller): AlarmSetter | undefined {
  return kind === 'nobody' ? undefined : { kind, id };
}

/** Throws `invalid_request`. */
function stateOf(text: string | undefined): AlarmRule['state'] | undefined {
  if (text === undefined || text === '') return undefined;
  if (text === 'ok' || text === 'alarm' || text === 'no_data') return text;
  throw new PlatformError('invalid_request', 'state must be ok, alarm or no_data');
}

/** Throws `invalid_request`. */
function targetNamed(projectId: string, text: string | undefined): NamedAlarmTarget | undefined {
  if (text === undefined || text === '') return undefined;
  const urn = parseUrn(text);
  if (urn?.projectId === projectId) {
    const { package: pkg, name, qualifier } = urn;
    const target = { kind: 'function', package: pkg, name } as const;
    if (qualifier === undefined) return target;
    return qualifier.kind === 'alias' ? { ...target, alias: qualifier.name } : { ...target, version: qualifier.name };
  }
  const flow = parseFlowUrn(text);
  if (flow?.projectId === projectId) return { kind: 'flow', name: flow.name };
  throw new PlatformError('invalid_request', 'target_urn is no function or flow of the project');
}

function shown(rule: AlarmRule, region: string): RouteResponse<Routes['showAlarm']> {
  const { id, name, description, enabled, metric, statistic, period, condition, state } = rule;
  return {
    ...{ id, name, description, enabled },
    target_urn: targetUrn(rule, region),
    ...{ metric, statistic, period },
    comparison: condition.comparison,
    threshold: condition.threshold,
    periods: condition.periods,
    breaching_periods: condition.breaching,
    missing_data: condition.missing,
    topic_urns: [...rule.topics],
    notify_on: [...rule.notifyOn],
    state,
    state_since: new Date(rule.stateSince).toISOString(),
    value: rule.value ?? null,
    created_at: new Date(rule.createdAt).toISOString(),
    modified_at: new Date(rule.modifiedAt).toISOString(),
  };
}

function shownChange(rule: AlarmRule, change: AlarmChange) {
  return {
    id: changeId(rule, change),
    time: new Date(change.at).toISOString(),
    previous_state: change.previous,
    state: change.state,
    value: change.value ?? null,
    notices: change.notices.map(({ topic, messageId = '', error = '' }) => ({
      topic_urn: topic,
      message_id: messageId,
      error,
    })),
  };
}
