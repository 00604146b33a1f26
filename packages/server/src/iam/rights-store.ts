import type { Kysely } from 'kysely';
import { type Inserted, insertWithin, type Schema } from '../storage/index.ts';
import { added, among, type Ids } from './identity-store.ts';
import type { PolicyDocument } from './policy/types.ts';
import type { Agency, EnterpriseProject, Grant, Group, Holder, Policy, Scope } from './types.ts';

export interface Membership {
  readonly groupId: string;
  readonly userId: string;
}

const policyRow = (policy: Policy & { domainId: string }) => ({
  id: policy.id,
  domain_id: policy.domainId,
  name: policy.name,
  description: policy.description,
  document: JSON.stringify(policy.document),
  created_at: policy.createdAt,
  modified_at: policy.modifiedAt,
});

const agencyRow = (agency: Agency) => ({
  id: agency.id,
  domain_id: agency.domainId,
  name: agency.name,
  description: agency.description,
  trusted_service: agency.trustedService,
  duration: agency.duration,
  created_at: agency.createdAt,
  expires_at: agency.expiresAt,
});

const enterpriseRow = (project: EnterpriseProject) => ({
  id: project.id,
  domain_id: project.domainId,
  name: project.name,
  description: project.description,
  enabled: project.enabled ? 1 : 0,
  created_at: project.createdAt,
});

export const grantRow = ({ holder, policyId, scope }: Grant) => ({
  principal_kind: holder.kind,
  principal_id: holder.id,
  policy_id: policyId,
  scope_kind: scope.kind,
  scope_id: scope.id,
});

/**
 * Rows of groups, policies, agencies, enterprise projects and grants; no rules. Lists hold those of the ids, and all
 * without ids.
 */
export class RightsStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  async groups(ids?: Ids): Promise<Group[]> {
    const rows = await this.#db.selectFrom('iam_group').selectAll().where(among('id', ids)).orderBy('id').execute();
    return rows.map(({ id, name, domain_id, description, created_at }) => {
      return { id, name, domainId: domain_id, description, createdAt: Number(created_at) };
    });
  }

  addGroup({ id, name, domainId, description, createdAt }: Group, most: number): Promise<Inserted> {
    const row = { id, name, domain_id: domainId, description, created_at: createdAt };
    return insertWithin(this.#db, 'iam_group', row, { by: ['domain_id'], most });
  }

  replaceGroup({ id, name, description }: Group): Promise<boolean> {
    return added(() => this.#db.updateTable('iam_group').set({ name, description }).where('id', '=', id).execute());
  }

  /** With its members and its grants. */
  async removeGroup(id: string): Promise<void> {
    await this.removeGrantsOf({ kind: 'group', id });
    await this.#db.deleteFrom('iam_group').where('id', '=', id).execute();
  }

  async memberships(groupIds?: Ids): Promise<Membership[]> {
    const rows = await this.#db.selectFrom('iam_group_member').selectAll().where(among('group_id', groupIds)).execute();
    return rows.map(({ group_id, user_id }) => ({ groupId: group_id, userId: user_id }));
  }

  async addMember({ groupId, userId }: Membership): Promise<void> {
    await added(() => this.#db.insertInto('iam_group_member').values({ group_id: groupId, user_id: userId }).execute());
  }

  async removeMember({ groupId, userId }: Membership): Promise<void> {
    await this.#db
      .deleteFrom('iam_group_member')
      .where('group_id', '=', groupId)
      .where('user_id', '=', userId)
      .execute();
  }

  async policies(ids?: Ids): Promise<Policy[]> {
    const rows = await this.#db.selectFrom('iam_policy').selectAll().where(among('id', ids)).orderBy('id').execute();
    return rows.map((row) => ({
      id: row.id,
      domainId: row.domain_id,
      name: row.name,
      displayName: row.name,
      description: row.description,
      document: JSON.parse(row.document) as PolicyDocument,
      createdAt: Number(row.created_at),
      modifiedAt: Number(row.modified_at),
    }));
  }

  addPolicy(policy: Policy & { domainId: string }, most: number): Promise<Inserted> {
    return insertWithin(this.#db, 'iam_policy', policyRow(policy), { by: ['domain_id'], most });
  }

  replacePolicy(policy: Policy & { domainId: string }): Promise<boolean> {
    return added(() => this.#db.updateTable('iam_policy').set(policyRow(policy)).where('id', '=', policy.id).execute());
  }

  async removePolicy(id: string): Promise<void> {
    await this.#db.deleteFrom('iam_policy').where('id', '=', id).execute();
  }

  async agencies(ids?: Ids): Promise<Agency[]> {
    const rows = await this.#db.selectFrom('iam_agency').selectAll().where(among('id', ids)).orderBy('id').execute();
    return rows.map((row) => ({
      id: row.id,
      domainId: row.domain_id,
      name: row.name,
      description: row.description,
      trustedService: row.trusted_service,
      duration: row.duration,
      createdAt: Number(row.created_at),
      expiresAt: row.expires_at === null ? null : Number(row.expires_at),
    }));
  }

  addAgency(agency: Agency, most: number): Promise<Inserted> {
    return insertWithin(this.#db, 'iam_agency', agencyRow(agency), { by: ['domain_id'], most });
  }

  replaceAgency(agency: Agency): Promise<boolean> {
    return added(() => this.#db.updateTable('iam_agency').set(agencyRow(agency)).where('id', '=', agency.id).execute());
  }

  /** With its grants. */
  async removeAgency(id: string): Promise<void> {
    await this.removeGrantsOf({ kind: 'agency', id });
    await this.#db.deleteFrom('iam_agency').where('id', '=', id).execute();
  }

  async enterpriseProjects(ids?: Ids): Promise<EnterpriseProject[]> {
    const rows = await this.#db
      .selectFrom('enterprise_project')
      .selectAll()
      .where(among('id', ids))
      .orderBy('id')
      .execute();
    return rows.map((row) => ({
      id: row.id,
      domainId: row.domain_id,
      name: row.name,
      description: row.description,
      enabled: row.enabled === 1,
      createdAt: Number(row.created_at),
    }));
  }

  addEnterpriseProject(project: EnterpriseProject, most: number): Promise<Inserted> {
    return insertWithin(this.#db, 'enterprise_project', enterpriseRow(project), { by: ['domain_id'], most });
  }

  replaceEnterpriseProject(project: EnterpriseProject): Promise<boolean> {
    return added(() =>
      this.#db.updateTable('enterprise_project').set(enterpriseRow(project)).where('id', '=', project.id).execute(),
    );
  }

  async grants(holderIds?: Ids): Promise<Grant[]> {
    const rows = await this.#db
      .selectFrom('iam_grant')
      .selectAll()
      .where(among('principal_id', holderIds))
      .orderBy('created_at')
      .execute();
    return rows.map((row) => ({
      holder: { kind: row.principal_kind as Holder['kind'], id: row.principal_id },
      policyId: row.policy_id,
      scope: { kind: row.scope_kind as Scope['kind'], id: row.scope_id },
    }));
  }

  /** At most so many of a holder. */
  addGrant(grant: Grant, now: number, most: number): Promise<Inserted> {
    const row = { ...grantRow(grant), created_at: now };
    return insertWithin(this.#db, 'iam_grant', row, { by: ['principal_kind', 'principal_id'], most });
  }

  async removeGrant({ holder, policyId, scope }: Grant): Promise<void> {
    await this.#db
      .deleteFrom('iam_grant')
      .where('principal_kind', '=', holder.kind)
      .where('principal_id', '=', holder.id)
      .where('policy_id', '=', policyId)
      .where('scope_kind', '=', scope.kind)
      .where('scope_id', '=', scope.id)
      .execute();
  }

  /** All of a holder. */
  async removeGrantsOf({ kind, id }: Holder): Promise<void> {
    await this.#db.deleteFrom('iam_grant').where('principal_kind', '=', kind).where('principal_id', '=', id).execute();
  }
}
