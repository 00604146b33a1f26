import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';

export const create = defineCommand({
  name: 'networks create',
  summary: 'Make a network on the server machine for functions to be placed in',
  flags: {
    cidr: {
      type: 'text',
      placeholder: 'RANGE',
      summary: 'addresses, such as 10.20.0.0/24; an unused range without it',
    },
    nat: { type: 'boolean', summary: 'let functions on it reach the outside too' },
    interface: {
      type: 'text',
      placeholder: 'NAME',
      summary: 'interface of the machine that leads to the network; host_interfaces of the server names it',
    },
    'vpc-id': { type: 'text', placeholder: 'ID', summary: 'id for func_vpc of functions; generated when absent' },
    'subnet-id': { type: 'text', placeholder: 'ID', summary: 'id for func_vpc of functions; generated when absent' },
    ...CONNECTION_FLAGS,
  },
  args: [{ name: 'name', summary: 'name of the network' }],
  examples: [
    'fgs networks create backend',
    'fgs networks create backend --cidr 10.20.0.0/24 --interface eth1',
    'fgs networks create cloud --nat --vpc-id 0dae26c9-9a70-4392-93f3-87d53115d171',
  ],
  async run({ flags, args }, context) {
    const { client } = await connect(flags, context);
    const { data } = await client.call('createNetwork', {
      body: {
        name: args.name,
        nat: flags.nat,
        ...(flags.cidr === undefined ? {} : { cidr: flags.cidr }),
        ...(flags.interface === undefined ? {} : { interface: flags.interface }),
        ...(flags['vpc-id'] === undefined ? {} : { vpc_id: flags['vpc-id'] }),
        ...(flags['subnet-id'] === undefined ? {} : { subnet_id: flags['subnet-id'] }),
      },
      signal: context.signal,
    });
    const text = [
      `${data.name}: ${data.cidr} on ${data.bridge}`,
      `vpc_id ${data.vpc_id}`,
      `subnet_id ${data.subnet_id}`,
    ].join('\n');
    return { kind: 'message', text, data };
  },
});
