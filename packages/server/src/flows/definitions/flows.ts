import { createHash, randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type ErrorViolation, parseFlowUrn } from '@funcgraph/api';
import { check, type FlowDefinition, violationOf } from '@funcgraph/flow';
import type { Catalog, TriggerSettings, TriggerSources } from '../../control/index.ts';
import type { Clock } from '../../lib/clock.ts';
import { KeyLock } from '../../lib/key-lock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Sealer } from '../../lib/sealer.ts';
import { FLOW_KINDS } from '../../triggers/index.ts';
import type { DefinedTrigger } from '../triggers/flow-trigger.ts';
import type { FlowTriggers } from '../triggers/flow-triggers.ts';
import { readTriggers } from '../triggers/read-triggers.ts';
import { tooMany, triggerFaults } from '../triggers/trigger-faults.ts';
import type { Flow, FlowCatalog, FlowPrincipal } from '../types.ts';
import { DefinitionCache } from './definition-cache.ts';
import type { FlowStore, NotPut, StoredDefinition } from './flow-store.ts';
import { nameTargets } from './name-targets.ts';
import { type FlowRights, targetFacts } from './target-facts.ts';
import { withoutSecrets } from './without-secrets.ts';

/** Who saves a flow. */
export interface FlowAuthor {
  readonly principal: FlowPrincipal;
  readonly name: string;
  readonly rights: FlowRights;
}

export interface FlowsOptions {
  readonly store: FlowStore;
  readonly catalog: Catalog;
  readonly triggers: Pick<FlowTriggers, 'serving' | 'among' | 'get' | 'caughtUp'>;
  readonly sources: TriggerSources;
  readonly sealer: Pick<Sealer, 'seal'>;
  readonly clock: Clock;
  readonly region: string;
  /** Of a project. */
  readonly quota: number;
}

interface FlowPlace {
  readonly projectId: string;
  /** Undefined for a flow that is not stored. */
  readonly flowId?: string | undefined;
}

/** Definitions that nothing refers to are kept for this time: a run may be about to start. */
const GRACE_MS = 60 * 60 * 1000;
const SWEEP_PAGE = 200;
const TYPES = [...FLOW_KINDS.keys()];

/**
 * Flows of all projects, read from the database. A change is durable when its promise resolves. Methods that change a
 * flow throw `invalid_flow` with all broken rules at once.
 */
export class Flows implements FlowCatalog {
  readonly #options: FlowsOptions;
  readonly #cache = new DefinitionCache();
  /** By project: two saves must not make a cycle of sub-flows together. Other servers are caught when the flow runs. */
  readonly #locks = new KeyLock();

  constructor(options: FlowsOptions) {
    this.#options = options;
  }

  flow(id: string): Promise<Flow | undefined> {
    return this.#options.store.find(id);
  }

  async flowByUrn(projectId: string, text: string): Promise<Flow | undefined> {
    const urn = parseFlowUrn(text);
    if (urn === undefined || urn.projectId !== projectId) return undefined;
    return this.#options.store.findByName(projectId, urn.name);
  }

  async definition(digest: string): Promise<FlowDefinition> {
    const known = this.#cache.get(digest);
    if (known !== undefined) return known;
    const body = await this.#options.store.definition(digest);
    if (body === undefined) throw new Error(`there is no definition ${digest}`);
    return this.#cache.add(digest, body);
  }

  /** Newest first. */
  list(projectId: string): Promise<readonly Flow[]> {
    return this.#options.store.list(projectId);
  }

  count(projectId: string): Promise<number> {
    return this.#options.store.count(projectId);
  }

  /** Throws `flow_not_found`. */
  async find(projectId: string, id: string): Promise<Flow> {
    const flow = await this.#options.store.find(id);
    if (flow?.projectId === projectId) return flow;
    throw new PlatformError('flow_not_found', `the project has no flow ${id.slice(0, 64)}`);
  }

  /** The names of existing flows by id. */
  namesOf(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.#options.store.names(ids);
  }

  /** Undefined for a flow that the project does not have. */
  async nameOf(projectId: string, id: string): Promise<string | undefined> {
    const flow = await this.#options.store.find(id);
    return flow?.projectId === projectId ? flow.name : undefined;
  }

  /** The rules that a definition would break if it were saved now. */
  async check(projectId: string, definition: FlowDefinition, rights: FlowRights): Promise<ErrorViolation[]> {
    const saved = await this.#options.store.findByName(projectId, definition.name);
    return this.#faults(this.#named(projectId, definition), rights, { projectId, flowId: saved?.id });
  }

  /** Throws `flow_exists`, `flow_quota`. */
  create(projectId: string, given: FlowDefinition, author: FlowAuthor): Promise<Flow> {
    return this.#locks.run(projectId, async () => {
      const definition = this.#named(projectId, given);
      await this.#refuseFaults(definition, author.rights, { projectId });
      const { store, clock, quota } = this.#options;
      const now = clock.now();
      const stored = storedOf(definition);
      const id = randomUUID();
      const flow: Flow = {
        id,
        projectId,
        createdBy: author.name,
        createdAt: now,
        ...changedBy(definition, stored, author),
        modifiedAt: now,
      };
      const triggers = this.#triggers(definition, { projectId, flowId: id });
      const outcome = await store.insert(flow, { definition: stored, triggers }, quota);
      switch (outcome) {
        case 'added':
          await this.#options.triggers.caughtUp();
          return flow;
        case 'exists':
          throw new PlatformError('flow_exists', `the project has a flow ${flow.name}`);
        case 'quota':
          throw new PlatformError('flow_quota', `the project has ${quota} flows, as many as it may have`, {
            hint: 'Delete flows that are not needed, or raise quota_flows.',
          });
        default:
          throw notPut(outcome);
      }
    });
  }

  /**
   * Runs that have begun keep the definition before. Returns `before` itself, and writes nothing, when the same user saves
   * the same definition again. Throws `flow_not_found`.
   */
  update(before: Flow, given: FlowDefinition, author: FlowAuthor): Promise<Flow> {
    const { projectId } = before;
    return this.#locks.run(projectId, async () => {
      if (given.name !== before.name) {
        throw new PlatformError('invalid_request', `name must stay ${before.name}: a flow cannot be renamed`, {
          hint: 'Create a flow of the new name and delete this one.',
        });
      }
      const definition = this.#named(projectId, given);
      const place = { projectId, flowId: before.id };
      // another server may have stored secrets that this definition leaves out
      await this.#options.triggers.caughtUp();
      await this.#refuseFaults(definition, author.rights, place);
      const triggers = this.#triggers(definition, place);
      const stored = storedOf(definition);
      const isSame =
        stored.digest === before.definition &&
        isDeepStrictEqual(author.principal, before.savedBy) &&
        triggers.every((trigger) => this.#keepsSecrets(trigger));
      const { definition: current } = await this.find(projectId, before.id);
      if (isSame && current === before.definition) return before;
      const flow = { ...before, ...changedBy(definition, stored, author), modifiedAt: this.#options.clock.now() };
      const outcome = await this.#options.store.replace(flow, { definition: stored, triggers });
      switch (outcome) {
        case 'replaced':
          await this.#options.triggers.caughtUp();
          return flow;
        case 'missing':
          throw new PlatformError('flow_not_found', `flow ${before.name} was deleted meanwhile`);
        default:
          throw notPut(outcome);
      }
    });
  }

  /** Throws `flow_in_use` while a run is active, `flow_not_found`. */
  async delete(flow: Flow): Promise<void> {
    if (await this.#options.store.remove(flow.id)) {
      await this.#options.triggers.caughtUp();
      return;
    }
    if ((await this.#options.store.find(flow.id)) === undefined) {
      throw new PlatformError('flow_not_found', `flow ${flow.name} was deleted meanwhile`);
    }
    throw new PlatformError('flow_in_use', `flow ${flow.name} has active runs`, {
      hint: 'Stop them, or wait for their end.',
    });
  }

  /** Removes definitions that neither a flow has nor a run is pinned to. */
  async sweep(pinned: (digests: readonly string[]) => Promise<ReadonlySet<string>>): Promise<void> {
    const { store, clock } = this.#options;
    await store.noteUnused(clock.now());
    const before = clock.now() - GRACE_MS;
    for (let after = ''; ; ) {
      const unused = await store.unused(before, after, SWEEP_PAGE);
      const needed = await pinned(unused);
      await store.removeDefinitions(
        unused.filter((digest) => !needed.has(digest)),
        before,
      );
      if (unused.length < SWEEP_PAGE) return;
      after = unused.at(-1) ?? '';
    }
  }

  #named(projectId: string, definition: FlowDefinition): FlowDefinition {
    return nameTargets(definition, { region: this.#options.region, projectId });
  }

  /** Secrets that the definition has are sealed; those that it leaves out are the stored ones of its flow. */
  #triggers(definition: FlowDefinition, place: FlowPlace): DefinedTrigger[] {
    const { sealer } = this.#options;
    const { triggers } = readTriggers(definition, { ...place, storedOf: (id) => this.#settingsOf(id) });
    return triggers.map((trigger) => {
      const { kind, settings } = trigger;
      return { ...trigger, settings: kind.sealed?.(settings, sealer) ?? settings };
    });
  }

  #settingsOf(triggerId: string): TriggerSettings | undefined {
    return this.#options.triggers.get(triggerId)?.settings;
  }

  /** Two definitions that differ in a secret only are stored as the same text. */
  #keepsSecrets({ id, kind, settings }: DefinedTrigger): boolean {
    return kind.secretFields === undefined || isDeepStrictEqual(settings, this.#settingsOf(id));
  }

  async #refuseFaults(definition: FlowDefinition, rights: FlowRights, place: FlowPlace): Promise<void> {
    const violations = await this.#faults(definition, rights, place);
    if (violations.length > 0) throw invalidFlow(violations);
  }

  async #faults(definition: FlowDefinition, rights: FlowRights, place: FlowPlace): Promise<ErrorViolation[]> {
    const { projectId } = place;
    const { catalog, store } = this.#options;
    const facts = await targetFacts(definition, {
      projectId,
      rights,
      runtime: (fn, { kind, name }) => {
        const { version } =
          kind === 'alias' ? (catalog.resolveAlias(projectId, fn.package, fn.name, name) ?? {}) : { version: name };
        return version === undefined ? undefined : catalog.resolve(projectId, fn.package, fn.name, version)?.runtime;
      },
      flow: async (name) => {
        const flow = await store.findByName(projectId, name);
        return flow && { flow, definition: await this.definition(flow.definition) };
      },
    });
    return [...check(definition, facts, TYPES).map(violationOf), ...(await this.#triggerFaults(definition, place))];
  }

  async #triggerFaults(definition: FlowDefinition, place: FlowPlace): Promise<ErrorViolation[]> {
    const { catalog, triggers, sources } = this.#options;
    const { projectId } = place;
    const read = readTriggers(definition, { ...place, storedOf: (id) => this.#settingsOf(id) });
    const around = { projectId, flowName: definition.name, catalog, flows: triggers, sources };
    return [...read.faults, ...(await triggerFaults(read.triggers, around))];
  }
}

/** The refusal of a definition; `violations` are all broken rules. */
export function invalidFlow(violations: readonly ErrorViolation[]): PlatformError {
  const [first] = violations;
  const more = violations.length === 1 ? '' : ` (and ${violations.length - 1} more)`;
  const place = first?.node ?? (first?.edge === undefined ? '' : `${first.edge.from} → ${first.edge.to}`);
  const where = [place, first?.field].filter(Boolean).join(', ');
  const message = `the definition breaks a rule: ${where === '' ? '' : `${where}: `}${first?.message ?? ''}${more}`;
  return new PlatformError('invalid_flow', message, { violations });
}

/** What others did since the rules were checked. */
function notPut(reason: NotPut): PlatformError {
  if (reason !== 'route') return invalidFlow([tooMany(reason.full)]);
  return new PlatformError('request_path_taken', 'another trigger has just taken a path of this flow', {
    hint: 'Save the flow again to see which.',
  });
}

function storedOf(definition: FlowDefinition): StoredDefinition {
  const body = JSON.stringify(withoutSecrets(definition));
  return { body, digest: createHash('sha256').update(body).digest('hex') };
}

function changedBy(definition: FlowDefinition, { digest }: StoredDefinition, { principal }: FlowAuthor) {
  return {
    name: definition.name,
    description: definition.description ?? '',
    mode: definition.mode,
    stream: definition.enable_stream_response ?? false,
    enterpriseProjectId: definition.enterprise_project_id ?? '',
    definition: digest,
    savedBy: principal,
  };
}
