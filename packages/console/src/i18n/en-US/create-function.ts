export const createFunction = {
  title: 'Create function',
  intro: 'Choose where its code comes from. Memory, timeout, triggers and network follow on the page of the function.',
  way: {
    label: 'Way to create it',
    blank: { title: 'Blank function', text: 'Start with a few lines and write the rest.' },
    template: { title: 'Template', text: 'Start with working code for a common task.' },
  },
  basics: 'Basic information',
  type: {
    label: 'Type',
    event: 'Event function',
    http: 'HTTP function',
    eventHelp: 'Runs a handler for each event of a trigger or call.',
    httpHelp:
      'Its own web server answers requests: the file bootstrap starts it on 127.0.0.1, port 8000. There is no language to choose, only APIG triggers start it, calls are never asynchronous or retried, and a response has at most 6 MB.',
  },
  region: 'Region',
  name: {
    label: 'Function name',
    help: 'At most 60 letters, digits, - and _; starts with a letter, ends with a letter or digit. It cannot be changed later.',
    missing: 'Enter a name',
    rule: 'At most 60 letters, digits, - and _; starts with a letter, ends with a letter or digit',
  },
  agency: 'Agency',
  enterpriseProject: 'Enterprise project',
  runtime: {
    label: 'Runtime',
    help: 'It cannot be changed later.',
    missing: 'Choose a runtime',
    ended: 'End of life',
    endedHelp: 'The makers of {{name}} stopped fixing it on {{date}}. Choose a newer version for new functions.',
    notInstalled: 'Not installed',
  },
  handler: {
    label: 'Handler',
    java: 'package.Class.method',
    go: 'Name of the program in the archive',
    missing: 'Enter the handler',
  },
  code: {
    label: 'Code',
    help: 'A ZIP file of at most 50 MB; a JAR file too for Java.',
    choose: 'Add file',
    missing: 'Add the file with the code',
    tooLarge: 'The file has more than 50 MB',
    start: 'Start code',
    startHelp: 'The new function has this code. Change and deploy it on its code page.',
    sample: 'The new function answers with its event. Change and deploy its code on its code page.',
    upload: 'The new function has the code of the file that you add.',
  },
  template: {
    label: 'Template',
    missing: 'Choose a template',
    facts: 'Runtime {{runtime}}, {{memory_size}} MB, timeout {{timeout}} s.',
    build:
      'This template is source code that must be built first. Use the commands at the right on a machine with its compiler.',
    // word for word as in the guide
    noAgency:
      'Failed to access other services because no temporary AK, SK, or token has been obtained. Please set an agency.',
    needsAgency:
      'The code of this template uses the temporary keys of an agency. Without one it runs, but other services refuse it.',
    unset: 'Set these variables after creation: {{names}}',
  },
  command: { title: 'The same with fgs', text: 'On a command line, in a new folder:' },
  submit: 'Create function',
  cancel: 'Cancel',
  done: 'Function {{name}} created',
  failed: 'Function {{name}} was not created',
};
