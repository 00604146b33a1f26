export const pickers = {
  choose: 'Choose',
  chooseFunction: 'Choose a function',
  chooseFlow: 'Choose a flow',
  version: 'Version or alias',
  noLog: 'The log of the function was not found',
  noTopic: 'The project has no topics',
  noStream: 'The project has no streams',
};
