export const logs = {
  title: '日志中心',
  intro: '当前项目中函数和快速函数流的日志，包括历史日志和实时日志。',
  sources: '函数和函数流，最多选择 3 个',
  kinds: { function: '函数', flow: '函数流' },
  keyword: '关键字',
  refresh: '刷新',
  more: '加载更早的日志',
  lines: '日志',
  volume_other: '共 {{count}} 行，其中 WARN 和 ERROR {{loud}} 行',
  live: {
    start: '实时日志',
    stop: '停止',
    pause: '暂停',
    resume_other: '继续（{{count}} 条新日志）',
    clear: '清空',
  },
  empty: { title: '请选择函数或函数流', text: '此处显示其日志。也可以在终端中查看：' },
};
