export const projects = {
  title: 'Projects',
  intro: 'Each project has functions, flows and quotas of its own. Choose one in the top bar.',
  empty: 'No projects',
  create: {
    action: 'Create project',
    done: 'Project {{name}} created',
    failed: 'Project {{name}} was not created',
  },
  enterprise: {
    title: 'Enterprise projects',
    text: 'Group resources across projects, and grant policies for a group of them.',
    create: 'Create enterprise project',
    edit: 'Edit {{name}}',
    status: 'Status',
    enabled: 'Enabled',
    disabled: 'Disabled',
    enabledHelp: 'Nothing new can be put into a disabled enterprise project.',
    done: 'Enterprise project {{name}} saved',
    failed: 'Enterprise project {{name}} was not saved',
  },
};
