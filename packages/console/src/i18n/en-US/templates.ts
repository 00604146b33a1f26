export const templates = {
  title: 'Function templates',
  intro: 'Working code for common tasks. Choose one, name the function, and change it as you like.',
  service: 'Service',
  runtime: 'Runtime',
  all: 'All',
  use: 'Use template',
  useNamed: 'Use template {{title}}',
  none: { title: 'No match', text: 'No template has this service and runtime.', clear: 'Show all templates' },
};
