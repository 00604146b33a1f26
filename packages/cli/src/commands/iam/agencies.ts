import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { confirmDeletion, defineCommand } from '../../framework/index.ts';
import { findAgency, findPolicy } from './find.ts';
import { grantText } from './grants.ts';

const AGENCY = [{ name: 'agency', summary: 'name or id of the agency' }] as const;

export const createAgency = defineCommand({
  name: 'iam agencies create',
  summary: 'Make an agency: rights that functions act with, set by their xrole or app_xrole',
  flags: {
    policy: { type: 'list', placeholder: 'NAME', summary: 'grant this policy in the account and all its projects' },
    days: { type: 'integer', placeholder: 'DAYS', summary: 'end after so many days; else never' },
    description: { type: 'text', placeholder: 'TEXT', summary: 'its purpose' },
    ...CONNECTION_FLAGS,
  },
  args: [{ name: 'name', summary: 'name of the agency' }],
  examples: ["fgs iam agencies create caller --policy 'FunctionGraph CommonOperations'"],
  async run({ flags, args }, context) {
    const { client } = await connect(flags, context);
    const { signal } = context;
    const policies = [];
    for (const name of flags.policy) policies.push(await findPolicy({ client, signal }, name));
    const agency = {
      name: args.name,
      ...(flags.days === undefined ? {} : { duration: String(flags.days) }),
      ...(flags.description === undefined ? {} : { description: flags.description }),
    };
    const { data } = await client.call('createAgency', { body: { agency }, signal });
    for (const { id } of policies) {
      await client.call('createGrant', { body: { agency_id: data.agency.id, role_id: id }, signal });
    }
    return { kind: 'message', text: `${args.name}: created`, data: data.agency };
  },
});

export const listAgencies = defineCommand({
  name: 'iam agencies list',
  summary: 'Agencies of the account',
  flags: CONNECTION_FLAGS,
  args: [],
  examples: ['fgs iam agencies list'],
  async run({ flags }, context) {
    const { client } = await connect(flags, context);
    const { data } = await client.call('listAgencies', { signal: context.signal });
    return {
      kind: 'table',
      columns: [
        { key: 'name', title: 'NAME' },
        { key: 'expire_time', title: 'ENDS' },
        { key: 'description', title: 'DESCRIPTION' },
        { key: 'id', title: 'ID' },
      ],
      rows: data.agencies,
      none: 'no agencies; make one with: fgs iam agencies create NAME',
    };
  },
});

export const showAgency = defineCommand({
  name: 'iam agencies show',
  summary: 'An agency with its policies',
  flags: CONNECTION_FLAGS,
  args: AGENCY,
  examples: ['fgs iam agencies show caller'],
  async run({ flags, args }, context) {
    const { client } = await connect(flags, context);
    const { signal } = context;
    const { id } = await findAgency({ client, signal }, args.agency);
    const { data } = await client.call('showAgency', { params: { agency_id: id }, signal });
    const { data: granted } = await client.call('listGrants', { query: { agency_id: id }, signal });
    return { kind: 'record', data: { ...data.agency, policies: granted.grants.map(grantText).join(', ') } };
  },
});

export const removeAgency = defineCommand({
  name: 'iam agencies delete',
  summary: 'Delete an agency; credentials that functions got from it end at once',
  flags: { yes: { type: 'boolean', short: 'y', summary: 'do not ask' }, ...CONNECTION_FLAGS },
  args: AGENCY,
  examples: ['fgs iam agencies delete caller --yes'],
  async run({ flags, args }, context) {
    const { client } = await connect(flags, context);
    const { signal } = context;
    const { id, name } = await findAgency({ client, signal }, args.agency);
    if (!flags.yes) await confirmDeletion(`agency ${name}`, context);
    await client.call('deleteAgency', { params: { agency_id: id }, signal });
    return { kind: 'message', text: `${name}: deleted`, data: { id, name } };
  },
});
