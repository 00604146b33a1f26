import { randomBytes } from 'node:crypto';
import { PlatformError } from '../lib/platform-error.ts';
import { type ChangeParts, checkAdded, checkName, IDENTITY_LIMITS, missing, taken } from './change.ts';
import { parsePolicy } from './policy/document.ts';
import type { Policy } from './types.ts';

export interface PolicyFields {
  readonly name: string;
  readonly description: string;
  /** Unchecked. */
  readonly document: unknown;
}

/** Policies of accounts beside the system policies. */
export class Policies {
  readonly #parts: ChangeParts;

  constructor(parts: ChangeParts) {
    this.#parts = parts;
  }

  /** The account's own. */
  custom(domainId: string): Policy[] {
    const { directory } = this.#parts;
    return [...directory.within(directory.policies, domainId)];
  }

  system(): Policy[] {
    return [...this.#parts.directory.policies.values()].filter((policy) => policy.domainId === undefined);
  }

  /** Throws `not_found`. */
  find(domainId: string, id: string): Policy {
    const policy = this.#parts.directory.policies.get(id);
    if (policy === undefined || (policy.domainId ?? domainId) !== domainId) throw missing('policy', id);
    return policy;
  }

  /** Throws `invalid_policy`, `resource_exists`, `identity_quota`. */
  create(domainId: string, { name, description, document: written }: PolicyFields): Promise<Policy> {
    const { rights, clock, changes } = this.#parts;
    checkName(name, 'role.display_name');
    const document = parsePolicy(written);
    return changes.run(domainId, async () => {
      this.#refuseSystemName(name);
      const now = clock.now();
      const id = randomBytes(16).toString('hex');
      const policy = { id, domainId, name, displayName: name, description, document, createdAt: now, modifiedAt: now };
      checkAdded(await rights.addPolicy(policy, IDENTITY_LIMITS.policies), 'policies', name);
      return policy;
    });
  }

  /** Applies from the next request on. Throws `not_found`, `forbidden` for a system policy, `last_administrator`. */
  update(domainId: string, id: string, change: Partial<PolicyFields>): Promise<Policy> {
    const { directory, rights, clock, changes } = this.#parts;
    if (change.name !== undefined) checkName(change.name, 'role.display_name');
    const document = change.document === undefined ? undefined : parsePolicy(change.document);
    return changes.run(domainId, async () => {
      const before = this.#own(domainId, id);
      const name = change.name ?? before.name;
      this.#refuseSystemName(name);
      const after = {
        ...before,
        name,
        displayName: name,
        description: change.description ?? before.description,
        document: document ?? before.document,
        modifiedAt: clock.now(),
      };
      const set = (policy: Policy) => () => void directory.policies.set(id, policy);
      changes.refuseLastAdministrator(domainId, set(after), set(before));
      if (!(await rights.replacePolicy(after))) throw taken('policy', name);
      return after;
    });
  }

  /** Throws `not_found`, `forbidden` for a system policy, `resource_in_use` while it has grants. */
  remove(domainId: string, id: string): Promise<void> {
    const { directory, rights, changes } = this.#parts;
    return changes.run(domainId, async () => {
      const policy = this.#own(domainId, id);
      for (const { policyId, holder } of directory.allGrants()) {
        if (policyId !== id) continue;
        throw new PlatformError('resource_in_use', `policy ${policy.name} is granted to ${holder.kind} ${holder.id}`);
      }
      await rights.removePolicy(id);
    });
  }

  #own(domainId: string, id: string): Policy & { domainId: string } {
    const policy = this.find(domainId, id);
    if (policy.domainId === undefined) {
      throw new PlatformError('forbidden', `${policy.displayName} is a system policy and cannot be changed.`);
    }
    return { ...policy, domainId: policy.domainId };
  }

  #refuseSystemName(name: string): void {
    if (this.system().some((policy) => policy.name === name || policy.displayName === name)) {
      throw taken('system policy', name);
    }
  }
}
