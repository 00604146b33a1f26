export const pickers = {
  choose: 'Choose',
  noTopic: 'The project has no topics',
  noStream: 'The project has no streams',
};
