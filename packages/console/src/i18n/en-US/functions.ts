export const functions = {
  title: 'Function list',
  intro: 'Code that runs on demand, by event or by request.',
  search: 'Search by function name',
  columns: {
    name: 'Function name',
    type: 'Type',
    runtime: 'Runtime',
    application: 'Application',
    memory: 'Memory (MB)',
    timeout: 'Timeout (s)',
    status: 'Status',
    modified: 'Last modified',
    actions: 'Actions',
  },
  type: { event: 'Event function', http: 'HTTP function' },
  status: { enabled: 'Enabled', disabled: 'Disabled' },
  empty: {
    title: 'No functions yet',
    text: 'A function is code with a handler. Create one from a folder that contains index.js or index.py:',
  },
  remove: {
    action: 'Delete',
    title: 'Delete function',
    consequence: 'Its code, versions, aliases, triggers and test events are deleted with it. This cannot be undone.',
    done: 'Function {{name}} deleted',
    failed: 'Function {{name}} was not deleted',
  },
};
