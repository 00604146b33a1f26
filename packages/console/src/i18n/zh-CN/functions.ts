export const functions = {
  title: '函数列表',
  intro: '按事件或请求运行的代码。',
  search: '按函数名称搜索',
  columns: {
    name: '函数名称',
    type: '函数类型',
    runtime: '运行时语言',
    application: '应用名称',
    memory: '内存 (MB)',
    timeout: '超时时间 (秒)',
    status: '状态',
    modified: '最后修改时间',
    actions: '操作',
  },
  type: { event: '事件函数', http: 'HTTP函数' },
  status: { enabled: '启用', disabled: '禁用' },
  empty: {
    title: '还没有函数',
    text: '函数由代码和执行入口组成。在包含 index.js 或 index.py 的文件夹中即可创建：',
  },
  remove: {
    action: '删除',
    title: '删除函数',
    consequence: '函数的代码、版本、别名、触发器和测试事件将一并删除，且无法恢复。',
    done: '删除函数 {{name}} 成功',
    failed: '删除函数 {{name}} 失败',
  },
};
