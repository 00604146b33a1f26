export const logView = {
  none: '没有日志',
  open: '{{time}} 的完整日志',
  copy: '复制该行',
  request: '请求ID',
  instance: '实例ID',
  more_other: '… 还有 {{count}} 个字符',
};
