export const functionDiff = {
  files: '有差异的文件',
  kind: { added: '新增', removed: '删除', changed: '修改' },
  side: '{{name}} 的 {{path}}',
  same: '没有差异。',
  binary: '该文件不是文本，修改前 {{before}}，修改后 {{after}}。',
  unchanged: '$ 行相同',
};
