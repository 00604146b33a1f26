import type { AccessKey, Iam, User } from '../../iam/index.ts';
import { clientNetwork } from '../../lib/client-network.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { ApiRequest, Handlers } from '../http/handler.ts';
import { ask } from './identity.ts';
import { accessKeyReply, groupReply, userReply } from './identity-reply.ts';

type UserIds =
  | 'listUsers'
  | 'createUser'
  | 'createIamUser'
  | 'showUser'
  | 'showIamUser'
  | 'updateUser'
  | 'updateIamUser'
  | 'changePassword'
  | 'deleteUser'
  | 'listGroupsOfUser';
type GroupIds =
  | 'listGroups'
  | 'createGroup'
  | 'showGroup'
  | 'updateGroup'
  | 'deleteGroup'
  | 'listGroupMembers'
  | 'checkGroupMember'
  | 'addGroupMember'
  | 'removeGroupMember';
type KeyIds = 'listAccessKeys' | 'createAccessKey' | 'showAccessKey' | 'updateAccessKey' | 'deleteAccessKey';

type About = Pick<ApiRequest<UserIds | KeyIds>, 'caller' | 'peer'>;

/** Users may see and use their own resources; those of others take a right. Throws `forbidden`. */
function askUnlessOwn(iam: Iam, request: About, userId: string, action: string): void {
  if (userId === '' || userId !== request.caller.userId) ask(iam, request, action);
}

const named = <T extends { readonly name: string }>(all: readonly T[], name: string | undefined): readonly T[] =>
  name ? all.filter((one) => one.name === name) : all;

export function iamUserHandlers({ iam }: { readonly iam: Iam }): Handlers<UserIds> {
  const create = async (request: ApiRequest<'createUser' | 'createIamUser'>) => {
    const { name, password, description = '', enabled = true } = request.body.user;
    return {
      user: userReply(await iam.users.create(request.caller.domainId, { name, password, description, enabled })),
    };
  };
  const show = async (request: ApiRequest<'showUser' | 'showIamUser'>) => {
    const { user_id: id } = request.params;
    askUnlessOwn(iam, request, id, 'iam:users:getUser');
    return { user: userReply(iam.users.find(request.caller.domainId, id)) };
  };
  const update = async (request: ApiRequest<'updateUser' | 'updateIamUser'>) => {
    const { caller, params, body } = request;
    return { user: userReply(await iam.users.update(caller.domainId, params.user_id, body.user)) };
  };
  return {
    async listUsers(request) {
      const users = named(iam.users.list(request.caller.domainId), request.query.name);
      return { users: users.map(userReply), links: {} };
    },
    createUser: create,
    createIamUser: create,
    showUser: show,
    showIamUser: show,
    updateUser: update,
    updateIamUser: update,

    async changePassword(request) {
      const { caller, params, body } = request;
      if (caller.userId !== params.user_id) {
        throw new PlatformError('forbidden', 'Only the own password can be changed with the old one.', {
          hint: 'Administrators set the password of others with updateUser.',
        });
      }
      const { original_password: old, password } = body.user;
      const client = clientNetwork(request.peer.remoteAddress);
      await iam.users.changePassword(caller.domainId, params.user_id, { old, password, client });
      return {};
    },

    async deleteUser(request) {
      await iam.users.remove(request.caller.domainId, request.params.user_id);
      return {};
    },

    async listGroupsOfUser(request) {
      const { user_id: id } = request.params;
      askUnlessOwn(iam, request, id, 'iam:groups:listGroupsForUser');
      const user = iam.users.find(request.caller.domainId, id);
      return { groups: iam.groups.ofUser(user.id).map(groupReply), links: {} };
    },
  };
}

export function iamGroupHandlers({ iam }: { readonly iam: Iam }): Handlers<GroupIds> {
  const { groups } = iam;
  return {
    async listGroups(request) {
      const found = named(groups.list(request.caller.domainId), request.query.name);
      return { groups: found.map(groupReply), links: {} };
    },

    async createGroup(request) {
      const { name, description = '' } = request.body.group;
      return { group: groupReply(await groups.create(request.caller.domainId, { name, description })) };
    },

    async showGroup(request) {
      return { group: groupReply(groups.find(request.caller.domainId, request.params.group_id)) };
    },

    async updateGroup(request) {
      const { name, description } = request.body.group;
      const change = {
        ...(name === undefined ? {} : { name }),
        ...(description === undefined ? {} : { description }),
      };
      return { group: groupReply(await groups.update(request.caller.domainId, request.params.group_id, change)) };
    },

    async deleteGroup(request) {
      await groups.remove(request.caller.domainId, request.params.group_id);
      return {};
    },

    async listGroupMembers(request) {
      const users = groups.members(request.caller.domainId, request.params.group_id);
      return { users: users.map(userReply), links: {} };
    },

    async checkGroupMember(request) {
      const { group_id: groupId, user_id: userId } = request.params;
      if (groups.members(request.caller.domainId, groupId).some(({ id }) => id === userId)) return {};
      throw new PlatformError('not_found', 'the user is not a member of the group');
    },

    async addGroupMember(request) {
      const { group_id: groupId, user_id: userId } = request.params;
      await groups.addMember(request.caller.domainId, groupId, userId);
      return {};
    },

    async removeGroupMember(request) {
      const { group_id: groupId, user_id: userId } = request.params;
      await groups.removeMember(request.caller.domainId, groupId, userId);
      return {};
    },
  };
}

export function accessKeyHandlers({ iam }: { readonly iam: Iam }): Handlers<KeyIds> {
  /** The user of a key; throws `not_found` for keys of other accounts. */
  const ownerOf = (request: About, userId: string, action: string): User => {
    askUnlessOwn(iam, request, userId, action);
    return iam.users.find(request.caller.domainId, userId);
  };
  const found = (request: About, accessKey: string, action: string): AccessKey => {
    const key = iam.keys.find(accessKey);
    const owner =
      key === undefined ? undefined : iam.users.list(request.caller.domainId).find((u) => u.id === key.userId);
    askUnlessOwn(iam, request, owner?.id ?? '', action);
    if (key === undefined || owner === undefined) throw new PlatformError('not_found', 'there is no such access key');
    return key;
  };
  return {
    async listAccessKeys(request) {
      const owner = ownerOf(request, request.query.user_id || request.caller.userId, 'iam:credentials:listCredentials');
      return { credentials: iam.keys.of(owner.id).map(accessKeyReply) };
    },

    async createAccessKey(request) {
      const { user_id: id = request.caller.userId, description = '' } = request.body.credential;
      const { caller } = request;
      // temporary credentials must not make permanent ones
      const isPermanent = caller.accessKey === '' || iam.keys.find(caller.accessKey) !== undefined;
      if (!isPermanent) throw new PlatformError('forbidden', 'A temporary key cannot make an access key.');
      const owner = ownerOf(request, id, 'iam:credentials:createCredential');
      const { key, secretKey } = await iam.keys.create(owner.id, description);
      const { last_use_time: _, ...shown } = accessKeyReply(key);
      return { credential: { ...shown, secret: secretKey } };
    },

    async showAccessKey(request) {
      return { credential: accessKeyReply(found(request, request.params.access_key, 'iam:credentials:getCredential')) };
    },

    async updateAccessKey(request) {
      const action = 'iam:credentials:updateCredential';
      const { caller, peer } = request;
      const { accessKey } = found(request, request.params.access_key, action);
      const { status, description } = request.body.credential;
      const change = {
        ...(status === undefined ? {} : { enabled: status === 'active' }),
        ...(description === undefined ? {} : { description }),
      };
      const mayChangeOthers = iam.allows(caller, { action, projectId: undefined, peer });
      const key = await iam.keys.change(accessKey, change, { id: caller.principal.id, mayChangeOthers });
      return { credential: accessKeyReply(key) };
    },

    async deleteAccessKey(request) {
      const { accessKey } = found(request, request.params.access_key, 'iam:credentials:deleteCredential');
      await iam.keys.remove(accessKey);
      return {};
    },
  };
}
