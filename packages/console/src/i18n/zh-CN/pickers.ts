export const pickers = {
  choose: '请选择',
  chooseFunction: '请选择函数',
  chooseFlow: '请选择函数流',
  version: '版本或别名',
  noLog: '未找到函数日志',
  noTopic: '项目中没有主题',
  noStream: '项目中没有通道',
};
