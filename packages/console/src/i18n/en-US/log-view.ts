export const logView = {
  none: 'No log lines',
  open: 'Whole line of {{time}}',
  copy: 'Copy the line',
  request: 'Request',
  instance: 'Instance',
  more_one: '… {{count}} more character',
  more_other: '… {{count}} more characters',
};
