import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { type Command, defineCommand, flag } from '../../framework/index.ts';
import { operation } from '../../operations/index.ts';
import { AGENCY, deletion, findAgency, findPolicy } from './find.ts';
import { grantText } from './grants.ts';

const createAgency = defineCommand({
  name: 'iam agencies create',
  summary: 'Make an agency: rights that functions act with, set by their xrole or app_xrole',
  flags: {
    policy: flag.list('NAME', 'grant this policy in the account and all its projects'),
    'trust-account': flag.text('ACCOUNT', 'users of this other account may assume it, not functions'),
    days: flag.integer('DAYS', 'end after so many days; else never'),
    description: flag.text('TEXT', 'its purpose'),
    ...CONNECTION_FLAGS,
  },
  args: [{ name: 'name', summary: 'name of the agency' }],
  examples: [
    "fgs iam agencies create caller --policy 'FunctionGraph CommonOperations'",
    "fgs iam agencies create deployer --trust-account shop --policy 'FunctionGraph FullAccess'",
  ],
  async run({ flags, args }, context) {
    const { client } = await connect(flags, context);
    const { signal } = context;
    const policies = [];
    for (const name of flags.policy) policies.push(await findPolicy({ client, signal }, name));
    const agency = {
      name: args.name,
      ...(flags['trust-account'] === undefined ? {} : { trust_domain_name: flags['trust-account'] }),
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

const showAgency = defineCommand({
  name: 'iam agencies show',
  summary: 'An agency with its policies',
  flags: CONNECTION_FLAGS,
  args: [AGENCY],
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

export const agencies: readonly Command[] = [
  createAgency,
  operation('iam agencies list', 'listAgencies', {
    summary: 'Agencies of the account',
    examples: ['fgs iam agencies list'],
    rows: (answer) => answer.agencies,
    columns: { name: 'NAME', expire_time: 'ENDS', description: 'DESCRIPTION', id: 'ID' },
    none: 'no agencies; make one with: fgs iam agencies create NAME',
  }),
  showAgency,
  operation('iam agencies delete', 'deleteAgency', {
    args: [AGENCY],
    examples: ['fgs iam agencies delete caller --yes'],
    ...deletion('agency'),
  }),
];
