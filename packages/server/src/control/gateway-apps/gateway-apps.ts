import { hash, randomBytes, randomUUID } from 'node:crypto';
import { LIMITS } from '@funcgraph/api';
import type { Clock } from '../../lib/clock.ts';
import { HmacKey } from '../../lib/hmac-key.ts';
import { KeyLock } from '../../lib/key-lock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Sealer } from '../../lib/sealer.ts';
import { type ChangeFeed, Replica } from '../../storage/index.ts';
import type { Catalog } from '../catalog.ts';
import type { Trigger } from '../triggers/types.ts';
import { type ApiSettings, isApi } from './api-settings.ts';
import { checkApp } from './check-app.ts';
import type { GatewayAppStore } from './gateway-app-store.ts';
import type { AppSecrets, GatewayApp, NewGatewayApp, StoredApp } from './types.ts';

export interface GatewayAppsOptions {
  readonly store: GatewayAppStore;
  readonly feed: ChangeFeed;
  readonly catalog: Catalog;
  readonly sealer: Sealer;
  readonly clock: Clock;
}

/** An app in the form for requests. */
export interface CallingApp {
  readonly app: GatewayApp;
  readonly key: HmacKey;
  readonly codeHash: string;
  /** Ids of the triggers that it may call. */
  readonly triggers: ReadonlySet<string>;
  /** Ids of the APIs of groups that it may call. */
  readonly apis: ReadonlySet<string>;
}

/**
 * Apps that may call gateway triggers with authentication by app. A change is durable, and the gateway applies it, when
 * its promise resolves; requests are checked from memory. All methods that name an app throw `not_found`.
 */
export class GatewayApps {
  readonly #options: GatewayAppsOptions;
  readonly #apps: Replica<CallingApp>;
  readonly #byKey = new Map<string, CallingApp>();
  /** By hash: the time of a look-up reveals nothing about the code itself. */
  readonly #byCode = new Map<string, CallingApp>();
  readonly #locks = new KeyLock();

  constructor(options: GatewayAppsOptions) {
    this.#options = options;
    this.#apps = new Replica({
      feed: options.feed,
      topic: 'gateway-app',
      load: (ids) => this.#load(ids),
      keyOf: ({ app }) => app.id,
      onChange: (after, before) => this.#follow(after, before),
    });
  }

  /** Call once, when the catalog has the triggers. */
  start(): Promise<void> {
    return this.#apps.start();
  }

  /** The secrets are shown this once. Throws `invalid_request`, `resource_exists`, `gateway_app_quota`. */
  create(projectId: string, added: NewGatewayApp): Promise<{ readonly app: GatewayApp; readonly secrets: AppSecrets }> {
    checkApp(added);
    return this.#locks.run(projectId, async () => {
      const now = this.#options.clock.now();
      const { name, description = '', appKey = randomBytes(16).toString('hex'), secret } = added;
      const app: GatewayApp = {
        id: randomUUID(),
        projectId,
        name,
        description,
        appKey,
        createdAt: now,
        modifiedAt: now,
      };
      const secrets = newSecrets(secret);
      const outcome = await this.#options.store.insert(this.#sealed(app, secrets), LIMITS.gatewayAppsPerProject);
      if (outcome === 'full') {
        const message = `the project has ${LIMITS.gatewayAppsPerProject} apps, as many as it may have`;
        throw new PlatformError('gateway_app_quota', message, { hint: 'Delete apps that are not needed.' });
      }
      if (outcome === 'taken') {
        throw new PlatformError('resource_exists', `there is an app of the name ${name}, or with this app_key`);
      }
      await this.#apps.caughtUp();
      return { app, secrets };
    });
  }

  /** Oldest first. */
  list(projectId: string): readonly GatewayApp[] {
    return [...this.#apps.values()].flatMap(({ app }) => (app.projectId === projectId ? [app] : []));
  }

  /** With the triggers, and the ids of the APIs of groups, that it may call. */
  show(
    projectId: string,
    id: string,
  ): {
    readonly app: GatewayApp;
    readonly triggers: readonly Trigger<ApiSettings>[];
    readonly apis: ReadonlySet<string>;
  } {
    const { app, triggers, apis } = this.#find(projectId, id);
    const found = [...this.#options.catalog.allTriggers()].filter(isApi).filter((trigger) => triggers.has(trigger.id));
    return { app, triggers: found, apis };
  }

  /** A new secret and a new code; the old ones are void at once. Its permissions stay. */
  renew(projectId: string, id: string): Promise<{ readonly app: GatewayApp; readonly secrets: AppSecrets }> {
    return this.#locks.run(projectId, async () => {
      const before = this.#find(projectId, id);
      const app = { ...before.app, modifiedAt: this.#options.clock.now() };
      const secrets = newSecrets();
      await this.#options.store.renew(this.#sealed(app, secrets));
      await this.#apps.caughtUp();
      return { app, secrets };
    });
  }

  async delete(projectId: string, id: string): Promise<void> {
    await this.#locks.run(projectId, async () => {
      this.#find(projectId, id);
      await this.#options.store.remove(id);
      await this.#apps.caughtUp();
    });
  }

  /** A gateway trigger of the project. Throws `trigger_not_found`. */
  trigger(projectId: string, triggerId: string): Trigger<ApiSettings> {
    for (const trigger of this.#options.catalog.allTriggers()) {
      if (trigger.id === triggerId && trigger.fn.projectId === projectId && isApi(trigger)) return trigger;
    }
    throw new PlatformError('trigger_not_found', `the project has no gateway trigger ${triggerId.slice(0, 64)}`);
  }

  /**
   * Lets an app call a trigger. Throws `trigger_not_found`, and `invalid_request` for a trigger without authentication
   * by app.
   */
  async bind(projectId: string, id: string, triggerId: string): Promise<void> {
    await this.#locks.run(projectId, async () => {
      this.#find(projectId, id);
      const { settings } = this.trigger(projectId, triggerId);
      if (settings.auth !== 'APP') {
        throw new PlatformError('invalid_request', `trigger ${settings.name} has auth ${settings.auth}, not APP`, {
          hint: 'Set its auth to APP first.',
        });
      }
      try {
        await this.#options.store.bind(id, triggerId);
      } catch (error) {
        // it may have been deleted meanwhile
        this.trigger(projectId, triggerId);
        throw error;
      }
      await this.#apps.caughtUp();
    });
  }

  /** Does nothing when it is not bound. */
  async unbind(projectId: string, id: string, triggerId: string): Promise<void> {
    await this.#locks.run(projectId, async () => {
      this.#find(projectId, id);
      await this.#options.store.unbind(id, triggerId);
      await this.#apps.caughtUp();
    });
  }

  /** Apps of the project that may call an API of a group, by name. */
  allowed(projectId: string, apiId: string): readonly GatewayApp[] {
    const found = [...this.#apps.values()].filter(({ app, apis }) => app.projectId === projectId && apis.has(apiId));
    return found.map(({ app }) => app).sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /** Lets an app call an API of a group. The API is of the project: that is for the caller to check. */
  async allow(projectId: string, id: string, apiId: string): Promise<void> {
    await this.#locks.run(projectId, async () => {
      this.#find(projectId, id);
      if (!(await this.#options.store.allow(id, apiId))) {
        throw new PlatformError('not_found', 'the app or the API was deleted meanwhile');
      }
      await this.#apps.caughtUp();
    });
  }

  /** Does nothing when it may not call it. */
  async disallow(projectId: string, id: string, apiId: string): Promise<void> {
    await this.#locks.run(projectId, async () => {
      this.#find(projectId, id);
      await this.#options.store.disallow(id, apiId);
      await this.#apps.caughtUp();
    });
  }

  /** From memory; undefined for a key that no app has. */
  byKey(appKey: string): CallingApp | undefined {
    return this.#byKey.get(appKey);
  }

  /** From memory; undefined for a code that no app has. */
  byCode(code: string): CallingApp | undefined {
    return this.#byCode.get(hashOf(code));
  }

  #find(projectId: string, id: string): CallingApp {
    const found = this.#apps.get(id);
    if (found?.app.projectId === projectId) return found;
    throw new PlatformError('not_found', `there is no gateway app ${id.slice(0, 64)}`);
  }

  #sealed(app: GatewayApp, { secret, code }: AppSecrets): StoredApp {
    const { sealer } = this.#options;
    return { ...app, sealedSecret: sealer.seal(secret), sealedCode: sealer.seal(code) };
  }

  async #load(ids: readonly string[] | undefined): Promise<CallingApp[]> {
    const { store, sealer } = this.#options;
    return (await store.load(ids)).map(({ app: { sealedSecret, sealedCode, ...app }, ...callable }) => {
      const codeHash = hashOf(sealer.open(sealedCode));
      return { app, key: new HmacKey(sealer.open(sealedSecret)), codeHash, ...callable };
    });
  }

  #follow(after: CallingApp | undefined, before: CallingApp | undefined): void {
    if (before !== undefined) {
      this.#byKey.delete(before.app.appKey);
      this.#byCode.delete(before.codeHash);
    }
    if (after === undefined) return;
    this.#byKey.set(after.app.appKey, after);
    this.#byCode.set(after.codeHash, after);
  }
}

function newSecrets(secret = randomBytes(24).toString('hex')): AppSecrets {
  return { secret, code: randomBytes(32).toString('base64url') };
}

const hashOf = (code: string): string => hash('sha256', code, 'hex');
