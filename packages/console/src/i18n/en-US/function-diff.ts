export const functionDiff = {
  files: 'Changed files',
  kind: { added: 'new', removed: 'gone', changed: 'changed' },
  side: '{{path}} in {{name}}',
  same: 'No differences.',
  binary: 'This file is no text: {{before}} before, {{after}} after.',
  unchanged: '$ equal lines',
};
