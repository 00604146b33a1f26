export const pickers = {
  choose: 'Choose',
  chooseFunction: 'Choose a function',
  chooseFlow: 'Choose a flow',
  chooseTopic: 'Choose a topic',
  none: 'The project has none',
  noMatch: 'None with this name',
  version: 'Version or alias',
  noLog: 'The log of the function was not found',
  noStream: 'The project has no streams',
};
