export const pickers = {
  choose: '请选择',
  chooseFunction: '请选择函数',
  version: '版本',
  noLog: '未找到函数日志',
  noTopic: '项目中没有主题',
  noStream: '项目中没有通道',
};
