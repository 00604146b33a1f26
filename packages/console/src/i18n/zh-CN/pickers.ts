export const pickers = {
  choose: '请选择',
  chooseFunction: '请选择函数',
  chooseFlow: '请选择函数流',
  chooseTopic: '请选择主题',
  none: '项目中暂无数据',
  noMatch: '没有匹配的名称',
  version: '版本或别名',
  noLog: '未找到函数日志',
  noStream: '项目中没有通道',
};
