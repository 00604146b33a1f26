export const runtimes = {
  title: 'Runtimes',
  intro:
    'Languages that functions can use on this machine. In those with lanes, requests that take less than a millisecond may wait in a warm instance, which still runs one at a time.',
  search: 'Search by name or language',
  columns: {
    name: 'Runtime',
    state: 'State',
    version: 'Version',
    source: 'Source',
    servedBy: 'Served by',
    lanes: 'Lanes',
    actions: 'Actions',
  },
  available: 'Available',
  missing: 'Not installed',
  lanes: {
    yes: 'Yes',
    no: 'One at a time',
  },
  ended: 'End of life {{day}}',
  empty: { title: 'No runtimes', text: 'Install a runtime to run functions:' },
  install: {
    action: 'Install',
    title: 'Install {{name}}',
    text: 'The server fetches the runtime and registers it. Functions can use it at once.',
    done: 'Runtime {{name}} installed',
    failed: 'Runtime {{name}} was not installed',
  },
};
