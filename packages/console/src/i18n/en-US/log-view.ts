export const logView = {
  none: 'No log lines',
  open: 'Whole line of {{time}}',
  copy: 'Copy the line',
  request: 'Request',
  instance: 'Instance',
  level: 'Level',
  wrap: 'Wrap lines',
  download: 'Download',
  formats: { txt: 'Text', json: 'JSON, one line each' },
  more_one: '… {{count}} more character',
  more_other: '… {{count}} more characters',
};
