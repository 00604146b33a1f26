import { LIMITS } from '@funcgraph/api';
import { RELEASE } from '../../control/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { groupNotFound, overQuota } from './gateway-groups.ts';
import type { LiveGateway } from './live-gateway.ts';
import { checkStage } from './stage-rules.ts';
import type { GatewayStageStore } from './stage-store.ts';
import type { Group, Stage } from './types.ts';

export interface GatewayStagesOptions {
  readonly store: GatewayStageStore;
  readonly live: LiveGateway;
}

/** Stages of groups. A change is durable, and the gateway applies it, when its promise resolves. */
export class GatewayStages {
  readonly #options: GatewayStagesOptions;

  constructor(options: GatewayStagesOptions) {
    this.#options = options;
  }

  /** RELEASE first, the others by name. */
  list({ stages }: Group): readonly Stage[] {
    const release: Stage = stages.get(RELEASE) ?? { name: RELEASE, description: '', variables: {} };
    const others = [...stages.values()].filter(({ name }) => name !== RELEASE);
    return [release, ...others.sort((one, other) => (one.name < other.name ? -1 : 1))];
  }

  /** Throws `invalid_request`, `gateway_quota`, `not_found`. */
  async put(group: Group, stage: Stage): Promise<Stage> {
    checkStage(stage);
    const { store, live } = this.#options;
    const result = await store.put(group.id, stage, LIMITS.gatewayStagesPerGroup);
    if (result === 'gone') throw groupNotFound(group.id);
    if (result === 'quota') throw overQuota('the group', LIMITS.gatewayStagesPerGroup, 'stages');
    await live.caughtUp();
    return stage;
  }

  /** Throws `invalid_request`, `resource_in_use`, `not_found`. */
  async delete(group: Group, name: string): Promise<void> {
    if (name === RELEASE) throw new PlatformError('invalid_request', `${RELEASE} is a stage of every group`);
    const { store, live } = this.#options;
    const result = await store.remove(group.id, name);
    if (result === 'gone') throw stageNotFound(group, name);
    if (result === 'used') {
      throw new PlatformError('resource_in_use', `APIs are published in stage ${name}`, {
        hint: 'Unpublish them first.',
      });
    }
    await live.caughtUp();
  }
}

export function stageNotFound({ name }: Group, stage: string): PlatformError {
  return new PlatformError('not_found', `group ${name} has no stage ${stage.slice(0, 64)}`, {
    hint: 'Add it: fgs gateway stages set.',
  });
}
