export const pickers = {
  choose: '请选择',
  noTopic: '项目中没有主题',
  noStream: '项目中没有通道',
};
