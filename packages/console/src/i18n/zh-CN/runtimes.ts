export const runtimes = {
  title: '运行时',
  intro:
    '本机上函数可以使用的语言和版本。支持请求排队的运行时中，耗时不足 1 毫秒的请求可在热实例中等待，实例仍逐个执行。',
  search: '按名称或语言搜索',
  columns: {
    name: '运行时语言',
    state: '状态',
    version: '版本',
    source: '来源',
    servedBy: '实际使用',
    lanes: '请求排队',
    actions: '操作',
  },
  available: '可用',
  missing: '未安装',
  lanes: {
    yes: '支持',
    no: '逐个接收',
  },
  ended: '已停止维护 {{day}}',
  empty: { title: '没有运行时', text: '安装运行时后即可运行函数：' },
  install: {
    action: '安装',
    title: '安装 {{name}}',
    text: '服务器将下载并注册该运行时，函数可立即使用。',
    done: '安装运行时 {{name}} 成功',
    failed: '安装运行时 {{name}} 失败',
  },
};
