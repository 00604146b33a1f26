export const projects = {
  title: '项目',
  intro: '每个项目有各自的函数、函数流和配额，可在顶部切换。',
  empty: '没有项目',
  create: {
    action: '创建项目',
    done: '创建项目 {{name}} 成功',
    failed: '创建项目 {{name}} 失败',
  },
  enterprise: {
    title: '企业项目',
    text: '跨项目对资源分组，并可针对分组授予策略。',
    create: '创建企业项目',
    edit: '编辑 {{name}}',
    status: '状态',
    enabled: '启用',
    disabled: '禁用',
    enabledHelp: '不能再向已禁用的企业项目加入新资源。',
    done: '保存企业项目 {{name}} 成功',
    failed: '保存企业项目 {{name}} 失败',
  },
};
