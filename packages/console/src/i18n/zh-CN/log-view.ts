export const logView = {
  none: '没有日志',
  open: '{{time}} 的完整日志',
  copy: '复制该行',
  request: '请求ID',
  instance: '实例ID',
  level: '日志级别',
  wrap: '自动换行',
  download: '下载',
  formats: { txt: '文本', json: 'JSON（每行一条）' },
  more_other: '… 还有 {{count}} 个字符',
};
