export const policies = {
  title: '权限策略',
  intro: '规定允许对哪些资源执行哪些操作。用户组和委托的权限均来自策略。',
  search: '按名称、描述或类型搜索',
  columns: { name: '策略名称', kind: '类型', updated: '更新时间' },
  kind: { own: '自定义', system: '系统' },
  close: '关闭',
  document: '策略内容',
  documentHelp: 'JSON格式。不写Resource表示全部资源，Deny优先于Allow。',
  notJson: '不是有效的JSON：{{problem}}',
  empty: { title: '没有策略', text: '可创建自定义策略，只授予用户组所需的权限。' },
  create: {
    action: '创建策略',
    done: '创建策略 {{name}} 成功',
    failed: '创建策略失败',
  },
  edit: {
    title: '编辑 {{name}}',
    done: '修改策略 {{name}} 成功，从下一次请求起生效',
    failed: '修改策略 {{name}} 失败',
  },
  remove: {
    title: '删除策略 {{name}}？',
    consequence: '已授予用户组或委托的策略不能删除。删除后无法恢复。',
    done: '删除策略 {{name}} 成功',
    failed: '删除策略 {{name}} 失败',
  },
};
