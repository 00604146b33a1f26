export const networks = {
  title: 'Networks',
  intro: 'Networks of the machine that functions can be placed in. A function in a network reaches that network only.',
  search: 'Search by name, addresses or VPC ID',
  columns: { cidr: 'Addresses', state: 'Bridge', outside: 'Public access', vpc: 'VPC ID', subnet: 'Subnet ID' },
  empty: {
    title: 'No networks yet',
    text: 'Create a network to let functions reach machines of your own. Choose it in the settings of a function, as VPC and subnet.',
  },
  create: {
    action: 'Create network',
    cidr: 'Addresses',
    cidrHelp: 'Such as 10.20.0.0/24. Without it, an unused range.',
    interface: 'Interface of the machine',
    interfaceHelp:
      'Leads to the other machines. The setting host_interfaces of the server names those that are allowed.',
    vpc_id: 'VPC ID',
    vpc_idHelp: 'Generated when empty.',
    subnet_id: 'Subnet ID',
    subnet_idHelp: 'Generated when empty.',
    natHelp: 'Functions in the network also reach the outside.',
    done: 'Network {{name}} created',
    failed: 'Network {{name}} was not created',
  },
  remove: {
    title: 'Delete network {{name}}?',
    consequence: 'Its bridge is removed. A network that functions use cannot be deleted.',
    done: 'Network {{name}} deleted',
    failed: 'Network {{name}} was not deleted',
  },
};
