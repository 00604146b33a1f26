import type { RouteResponse, Routes } from '@funcgraph/api';
import {
  type ApiSettings,
  functionUrn,
  isApi,
  type Trigger,
  type TriggerRef,
  type Triggers,
} from '../../control/index.ts';
import { apiAddress } from '../gateway/api-address.ts';
import type { Handlers } from '../http/handler.ts';
import { apiTime } from './functions-reply.ts';
import { qualifierText, readName } from './functions-target.ts';
import { gatewayData } from './trigger-kinds/gateway.ts';
import { changedSettings, readSettings, settingsData, triggerKind } from './trigger-kinds/index.ts';

type Ids =
  | 'createFunctionTrigger'
  | 'listFunctionTriggers'
  | 'showFunctionTrigger'
  | 'updateTrigger'
  | 'deleteFunctionTrigger'
  | 'batchDeleteFunctionTriggers';
type Reply = RouteResponse<Routes['showFunctionTrigger']>;

export interface TriggerDeps {
  readonly triggers: Triggers;
  readonly region: string;
  /** Where the gateway is reached. */
  readonly gateway: () => string;
}

/** Triggers of functions: create, list, show, change and delete. */
export function triggerHandlers({ triggers, region, gateway }: TriggerDeps): Handlers<Ids> {
  const reply = (trigger: Trigger): Reply => replyOf(trigger, region, gateway());
  return {
    async createFunctionTrigger({ params, body }) {
      const { name, ...target } = readName(params);
      const qualifier = qualifierText(target.qualifier) ?? 'latest';
      const trigger = await triggers.create(name, qualifier, {
        active: body.trigger_status !== 'DISABLED',
        settings: readSettings(triggerKind(body.trigger_type_code), body.event_data, { fn: name, qualifier }),
      });
      return reply(trigger);
    },

    async listFunctionTriggers({ params }) {
      const { name, qualifier } = readName(params);
      return (await triggers.list(name, qualifierText(qualifier))).map(reply);
    },

    async showFunctionTrigger({ params }) {
      return reply(await triggers.show(refOf(params)));
    },

    async updateTrigger({ params, body }) {
      const { trigger_status: status } = body;
      const active = status === undefined ? undefined : status === 'ACTIVE';
      const data = body.event_data;
      const settings = data === undefined ? undefined : (before: Trigger) => changedSettings(before, data);
      return reply(await triggers.update(refOf(params), { active, settings }));
    },

    async deleteFunctionTrigger({ params }) {
      await triggers.delete(refOf(params));
      return {};
    },

    async batchDeleteFunctionTriggers({ params }) {
      const { name, qualifier } = readName(params);
      await triggers.deleteAll(name, qualifierText(qualifier));
      return {};
    },
  };
}

function refOf(params: Parameters<typeof readName>[0] & { trigger_type_code: string; trigger_id: string }): TriggerRef {
  const { name, qualifier } = readName(params);
  return { name, qualifier: qualifierText(qualifier), kind: params.trigger_type_code, id: params.trigger_id };
}

function replyOf(trigger: Trigger, region: string, gateway: string): Reply {
  const { fn, qualifier, settings } = trigger;
  const urn = functionUrn(fn, region, qualifier);
  return {
    trigger_id: trigger.id,
    trigger_type_code: settings.kind,
    trigger_status: trigger.active ? 'ACTIVE' : 'DISABLED',
    event_data: isApi(trigger) ? apiReply(trigger, urn, gateway) : settingsData(settings),
    func_urn: urn,
    created_time: apiTime(trigger.createdAt),
    last_updated_time: apiTime(trigger.modifiedAt),
  };
}

function apiReply(
  { id, fn, qualifier, settings }: Trigger<ApiSettings>,
  urn: string,
  gateway: string,
): Reply['event_data'] {
  const data = gatewayData(settings);
  const address = gateway + apiAddress(fn.projectId, settings.groupId);
  return {
    ...data,
    api_id: id,
    api_name: settings.name,
    triggerid: id,
    func_info: { ...data.func_info, function_urn: urn, version: qualifier.replace(/^!/, '') },
    sl_domain: new URL(gateway).host,
    invoke_url: settings.path === '/' ? `${address}/` : address + settings.path,
  };
}
