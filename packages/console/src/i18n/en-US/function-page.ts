export const functionPage = {
  list: 'Function list',
  event: 'Event function',
  http: 'HTTP function',
  enabled: 'Enabled',
  disabled: 'Disabled',
  copyUrn: 'Copy the URN',
  chooseVersion: 'Version or alias',
  versions: 'Versions',
  aliases: 'Aliases',
  actions: 'Actions',
  readOnly: 'Version {{version}} is published: its code and settings cannot be changed.',
  toLatest: 'Go to latest',
  tabs: {
    code: 'Code',
    settings: 'Settings',
    versions: 'Versions',
  },
  export: { action: 'Export function', failed: 'Function {{name}} was not exported' },
  enable: {
    action: 'Enable function',
    done: 'Function {{name}} enabled',
    failed: 'Function {{name}} was not enabled',
  },
  disable: {
    action: 'Disable function',
    title: 'Disable function',
    consequence:
      'No request runs it any more, neither of triggers nor of callers. Running invocations end normally. Enable it again at any time; the largest number of instances is then the usual one.',
    done: 'Function {{name}} disabled',
    failed: 'Function {{name}} was not disabled',
  },
  delete: 'Delete function',
};
