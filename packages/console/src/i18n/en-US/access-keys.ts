export const accessKeys = {
  title: 'Access keys',
  intro:
    'Keys sign the requests of programs and of fgs in your name. A user has at most two, so that one can replace the other.',
  columns: { key: 'Access key (AK)', status: 'Status', used: 'Last used' },
  status: { active: 'Active', inactive: 'Inactive' },
  never: 'Never',
  empty: { title: 'No access keys yet', text: 'Create one for each machine or program, here or with a command:' },
  create: {
    action: 'Create access key',
    title: 'Create access key of {{name}}',
    made: 'Access key created',
    once: 'The secret is shown this once. Store it now.',
    secret: 'Secret access key (SK)',
    copy: 'Copy {{name}}',
    stored: 'I stored it',
    failed: 'No access key of {{name}} was created',
  },
  toggle: {
    enable: 'Enable',
    disable: 'Disable',
    active: 'Access key {{key}} enabled',
    inactive: 'Access key {{key}} disabled',
    failed: 'Access key {{key}} was not changed',
  },
  remove: {
    title: 'Delete access key {{key}}?',
    consequence: 'Its requests and the sessions of its sign-in links are refused from now on. This cannot be undone.',
    done: 'Access key {{key}} deleted',
    failed: 'Access key {{key}} was not deleted',
  },
};
