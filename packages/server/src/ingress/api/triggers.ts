import { compatibility, ROUTES, type RouteResponse, type Routes, TRIGGER_KINDS } from '@funcgraph/api';
import { type AsyncConfigs, functionUrn, type Trigger, type TriggerRef, type Triggers } from '../../control/index.ts';
import type { Caller, Iam, Peer } from '../../iam/index.ts';
import { type EventSecrets, revealedBy } from '../../triggers/index.ts';
import type { Handlers } from '../http/handler.ts';
import { apiTime } from './functions-reply.ts';
import { qualifierText, readName } from './functions-target.ts';
import { pageOf } from './page.ts';
import { loopWarning } from './result-loops.ts';
import { connectionsOf, type TriggerConnectionDeps } from './trigger-connections.ts';
import { changedSettings, kindOfTrigger, readSettings } from './trigger-settings.ts';

type Ids =
  | 'createFunctionTrigger'
  | 'listFunctionTriggers'
  | 'listTriggers'
  | 'listTriggerTypes'
  | 'showFeatures'
  | 'showFunctionTrigger'
  | 'updateTrigger'
  | 'renewTriggerSecret'
  | 'deleteFunctionTrigger'
  | 'batchDeleteFunctionTriggers';
/** Most triggers in one answer. */
const PAGE = 500;

type Reply = RouteResponse<Routes['showFunctionTrigger']>;

export interface TriggerDeps extends TriggerConnectionDeps {
  readonly iam: Iam;
  readonly triggers: Triggers;
  readonly asyncConfigs: Pick<AsyncConfigs, 'resultPlaces'>;
  readonly eventSecrets: EventSecrets;
  readonly region: string;
  /** Where the gateway is reached. */
  readonly gateway: () => string;
}

/** Triggers of functions: create, list, show, change and delete. */
export function triggerHandlers(deps: TriggerDeps): Handlers<Ids> {
  const { iam, triggers, asyncConfigs, eventSecrets, region, gateway } = deps;
  const reply = (trigger: Trigger): Reply => replyOf(trigger, region, gateway());
  const withSecret = (trigger: Trigger): Reply =>
    kindOfTrigger(trigger).hasSecret === true
      ? { ...reply(trigger), secret: eventSecrets.of(trigger) }
      : reply(trigger);
  const changed = (trigger: Trigger): Reply => {
    const { functionId, fn, qualifier } = trigger;
    const warning = loopWarning(asyncConfigs.resultPlaces(functionId, fn, qualifier), [trigger]);
    return { ...withSecret(trigger), ...(warning === undefined ? {} : { warning }) };
  };
  const withConnection = async (all: readonly Trigger[], show: (trigger: Trigger) => Reply): Promise<Reply[]> => {
    const connections = await connectionsOf(
      all.filter(({ active }) => active),
      deps,
    );
    return all.map((trigger) => {
      const connection = connections.get(trigger.id);
      return connection === undefined ? show(trigger) : { ...show(trigger), connection };
    });
  };
  return {
    async createFunctionTrigger(request) {
      const { params, body } = request;
      authorizeReading(iam, request, body.trigger_type_code);
      const { name, ...target } = readName(params);
      const qualifier = qualifierText(target.qualifier) ?? 'latest';
      const trigger = await triggers.create(name, qualifier, {
        active: body.trigger_status !== 'DISABLED',
        settings: readSettings(body.trigger_type_code, body.event_data, { fn: name, qualifier }),
      });
      return changed(trigger);
    },

    async listFunctionTriggers({ params }) {
      const { name, qualifier } = readName(params);
      const all = await triggers.list(name, qualifierText(qualifier));
      return withConnection(all, reply);
    },

    async listTriggers({ params, query, caller, peer }) {
      const { project_id: projectId } = params;
      const { action } = ROUTES.listTriggers;
      const seen = triggers
        .ofProject(projectId)
        .filter(({ fn }) => iam.allows(caller, { action, projectId, fn, peer }));
      const page = pageOf(seen, { marker: query.marker, requested: query.maxitems, most: PAGE });
      const { items, next_marker, count } = page;
      return { triggers: await withConnection(items, reply), next_marker, count };
    },

    async listTriggerTypes() {
      return Object.keys(TRIGGER_KINDS).map((type) => ({ type, display_name: type }));
    },

    async showFeatures() {
      const features: Record<string, boolean> = {};
      for (const { group, state } of compatibility()) features[group] ||= state !== 'not here';
      return features;
    },

    async showFunctionTrigger({ params, caller, peer }) {
      const trigger = await triggers.show(refOf(params));
      const { fn } = trigger;
      const right = { action: ROUTES.updateTrigger.action, projectId: fn.projectId, fn, peer };
      const [shown] = await withConnection([trigger], iam.allows(caller, right) ? withSecret : reply);
      return shown ?? reply(trigger);
    },

    async updateTrigger(request) {
      const { params, body } = request;
      authorizeReading(iam, request, params.trigger_type_code);
      const { trigger_status: status } = body;
      const active = status === undefined ? undefined : status === 'ACTIVE';
      const data = body.event_data;
      const settings = data === undefined ? undefined : (before: Trigger) => changedSettings(before, data);
      return changed(await triggers.update(refOf(params), { active, settings }));
    },

    async renewTriggerSecret({ params }) {
      return withSecret(await triggers.renewSecret(refOf({ ...params, trigger_type_code: 'EVENT' })));
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

interface Asking {
  readonly caller: Caller;
  readonly peer: Peer;
  readonly params: { readonly project_id: string };
}

/** The events of a trigger must not show its creator what only others may read. Throws `forbidden`. */
export function authorizeReading(iam: Iam, { caller, peer, params }: Asking, kind: string): void {
  const action = revealedBy(kind);
  if (action !== undefined) iam.authorize(caller, { action, projectId: params.project_id, peer });
}

function refOf(params: Parameters<typeof readName>[0] & { trigger_type_code: string; trigger_id: string }): TriggerRef {
  const { name, qualifier } = readName(params);
  return { name, qualifier: qualifierText(qualifier), kind: params.trigger_type_code, id: params.trigger_id };
}

function replyOf(trigger: Trigger, region: string, gateway: string): Reply {
  const { fn, qualifier, settings } = trigger;
  const kind = kindOfTrigger(trigger);
  const urn = functionUrn(fn, region, qualifier);
  return {
    trigger_id: trigger.id,
    trigger_type_code: kind.code,
    trigger_status: trigger.active ? 'ACTIVE' : 'DISABLED',
    event_data: { ...kind.data(settings), ...kind.answer?.(trigger, { urn, gateway }) },
    func_urn: urn,
    created_time: apiTime(trigger.createdAt),
    last_updated_time: apiTime(trigger.modifiedAt),
  };
}
