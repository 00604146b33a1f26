export const policies = {
  title: 'Policies',
  intro: 'What is allowed on which resources. Groups and agencies get their rights from policies.',
  search: 'Search by name, description or type',
  columns: { name: 'Policy name', kind: 'Type', updated: 'Updated' },
  kind: { own: 'Custom', system: 'System' },
  close: 'Close',
  document: 'Policy document',
  documentHelp: 'JSON. Without a Resource, a statement is about all resources. Deny overrides Allow.',
  notJson: 'This is not JSON: {{problem}}',
  empty: { title: 'No policies', text: 'Allow exactly what a group needs with a policy of your own.' },
  create: {
    action: 'Create policy',
    done: 'Policy {{name}} created',
    failed: 'The policy was not created',
  },
  edit: {
    title: 'Edit {{name}}',
    done: 'Policy {{name}} changed. It counts from the next request on.',
    failed: 'Policy {{name}} was not changed',
  },
  remove: {
    title: 'Delete policy {{name}}?',
    consequence: 'A policy that is granted to a group or an agency cannot be deleted. This cannot be undone.',
    done: 'Policy {{name}} deleted',
    failed: 'Policy {{name}} was not deleted',
  },
};
