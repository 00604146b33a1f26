export const cluster = {
  title: 'Cluster',
  intro:
    'Servers that share the database. Each serves the API and runs functions; some work is done by one of them for all.',
  thisServer: 'this server',
  columns: {
    state: 'State',
    calls: 'Calls running / waiting',
    memory: 'Memory',
    work: 'Work for all',
  },
  instances_one: '{{count}} instance',
  instances_other: '{{count}} instances',
  runtimes_one: '{{count}} runtime',
  runtimes_other: '{{count}} runtimes',
  processors_one: '{{count}} processor',
  processors_other: '{{count}} processors',
  heartbeat: 'Last heartbeat',
  state: { live: 'In service', draining: 'Draining', gone: 'Gone' },
  work: {
    alarms: 'alarms',
    buckets: 'buckets',
    housekeeping: 'housekeeping',
    streams: 'streams',
    triggers: 'timers and event sources',
    lanes_one: '{{count}} stream partition',
    lanes_other: '{{count}} stream partitions',
  },
  alone: {
    title: 'One server',
    text: 'More servers serve more calls, and go on when one fails. They need PostgreSQL, a place for code and a balancer: see the guide "Several machines" (docs/guides/several-machines.md). A new server joins by a token of this one:',
  },
  drain: {
    action: 'Drain',
    title: 'Drain server {{name}}?',
    consequence:
      'Its readiness turns to 503, so that the balancer sends it nothing more, and others take over its work for all. Calls that still come are served.',
    done: 'Server {{name}} is draining',
    failed: 'Server {{name}} was not drained',
  },
  undrain: {
    action: 'Undrain',
    done: 'Server {{name}} is in service',
    failed: 'Server {{name}} is still draining',
  },
  remove: {
    action: 'Remove',
    title: 'Remove server {{name}}?',
    ofLive: 'Its process ends. It can be removed while it runs no calls. If it is started again, it joins again.',
    ofGone: 'The others take over what it did. If it is started again, it joins again.',
    done: 'Server {{name}} removed',
    failed: 'Server {{name}} was not removed',
  },
};
