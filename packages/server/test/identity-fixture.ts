import { ApiError, type Client, createClient, type RouteId } from '@funcgraph/api';
import type { FakeServer } from './fake-server.ts';

export interface Account {
  readonly api: Client;
  readonly projectId: string;
}

export interface Scope {
  readonly project_id?: string;
  readonly enterprise_project_id?: string;
}

/** Sends the requests of an administrator, in the account of the client. */
export class Identities {
  readonly #server: FakeServer;
  readonly #admin: Client;
  #count = 0;

  constructor(server: FakeServer, admin: Client = server.api) {
    this.#server = server;
    this.#admin = admin;
  }

  keyClient(key: { accessKey: string; secretKey: string; securityToken?: string }): Client {
    const { endpoint } = this.#server.running;
    return createClient({ endpoint, auth: { kind: 'key', ...key }, now: () => this.#server.clock.now() });
  }

  tokenClient(token: string): Client {
    return createClient({ endpoint: this.#server.running.endpoint, auth: { kind: 'token', token } });
  }

  async policy(statements: readonly object[]): Promise<string> {
    this.#count += 1;
    const role = { display_name: `policy-${this.#count}`, policy: { Version: '1.1', Statement: statements } };
    return (await this.#admin.call('createPolicy', { body: { role } })).data.role.id;
  }

  /** A user in a group of his own that has these policies. */
  async user(
    policies: readonly string[],
    scope: Scope = {},
  ): Promise<{ id: string; name: string; password: string; groupId: string; accessKey: string; api: Client }> {
    this.#count += 1;
    const name = `user-${this.#count}`;
    const password = `Secret-${this.#count}-word`;
    const { data } = await this.#admin.call('createUser', { body: { user: { name, password } } });
    const { id } = data.user;
    const { group } = (await this.#admin.call('createGroup', { body: { group: { name: `group-${name}` } } })).data;
    await this.#admin.call('addGroupMember', { params: { group_id: group.id, user_id: id } });
    for (const role_id of policies) {
      await this.#admin.call('createGrant', { body: { group_id: group.id, role_id, ...scope } });
    }
    const made = await this.#admin.call('createAccessKey', { body: { credential: { user_id: id } } });
    const { access: accessKey, secret: secretKey } = made.data.credential;
    return { id, name, password, groupId: group.id, accessKey, api: this.keyClient({ accessKey, secretKey }) };
  }

  async agency(name: string, policies: readonly string[]): Promise<string> {
    const { agency } = (await this.#admin.call('createAgency', { body: { agency: { name } } })).data;
    for (const role_id of policies) await this.#admin.call('createGrant', { body: { agency_id: agency.id, role_id } });
    return agency.id;
  }

  async login(login: {
    name: string;
    password: string;
    domain?: string;
    project?: string;
  }): Promise<{ token: string; roles: string[]; projectId: string | undefined }> {
    const { name, password, domain, project } = login;
    const client = createClient({ endpoint: this.#server.running.endpoint, auth: { kind: 'none' } });
    const user = { name, password, ...(domain === undefined ? {} : { domain: { name: domain } }) };
    const scope = project === undefined ? {} : { scope: { project: { id: project } } };
    const body = { auth: { identity: { methods: ['password'], password: { user } }, ...scope } };
    const { data, headers } = await client.call('createToken', { body });
    const roles = data.token.roles.map((role) => role.name);
    return { token: headers.get('x-subject-token') ?? '', roles, projectId: data.token.project?.id };
  }
}

/** The refusal of a call: status, code and text. Fails when it was not refused. */
export async function refusal(work: Promise<unknown>): Promise<{ status: number; code: string; message: string }> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ApiError) return { status: error.status, code: error.code, message: error.message };
    throw error;
  }
  throw new Error('the call was not refused');
}

/** Whether the right for a call existed, with any other result of it. */
export async function mayCall(client: Client, id: RouteId, input: object): Promise<boolean> {
  try {
    await client.bytes(id, input);
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return error.status !== 403;
  }
}
