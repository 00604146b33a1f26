/** The import matrix of packages/server and the walls between packages. `docs/architecture.md` explains it. */
const server = '^packages/server/src/';

/** Row → what it may import besides lib, domain and itself. */
const matrix = {
  lib: [],
  domain: ['lib'],
  config: [],
  storage: [],
  queue: ['storage'],
  cluster: ['storage'],
  artifacts: [],
  images: ['storage'],
  telemetry: ['storage', 'cluster', 'artifacts'],
  control: ['storage', 'artifacts', 'images'],
  iam: ['storage'],
  launcher: ['config'],
  instances: ['artifacts', 'telemetry', 'cluster'],
  invocation: ['cluster', 'queue', 'telemetry', 'control', 'instances'],
  services: ['storage', 'queue', 'telemetry', 'control', 'iam', 'invocation'],
  triggers: ['storage', 'control', 'invocation', 'services'],
  flows: ['storage', 'queue', 'telemetry', 'control', 'invocation', 'triggers', 'services'],
  ingress: [
    'cluster',
    'artifacts',
    'images',
    'telemetry',
    'control',
    'iam',
    'instances',
    'invocation',
    'triggers',
    'flows',
    'services',
  ],
  resources: ['storage', 'cluster', 'control', 'iam', 'triggers', 'flows', 'ingress'],
  startup: ['config', 'launcher', 'storage', 'cluster', 'queue', 'telemetry', 'control', 'iam', 'instances', 'ingress'],
};
/** The root, which only the programs in the folder above import. */
matrix.composition = Object.keys(matrix);

const rows = Object.entries(matrix).map(([from, allowed]) => ({
  name: `matrix-${from}`,
  comment: `${from} imports only: lib, domain, config types, ${allowed.join(', ')}`,
  severity: 'error',
  from: { path: `${server}${from}/`, pathNot: '\\.test\\.ts$' },
  to: {
    path: server,
    pathNot: [from, ...(from === 'lib' ? [] : ['lib', 'domain']), ...allowed].map((m) => `${server}${m}/`),
  },
}));

const console = '^packages/console/src/';
/** Row → what it may import besides itself. */
const consoleMatrix = {
  preferences: [],
  i18n: ['preferences'],
  api: [],
  parts: ['preferences', 'i18n', 'api'],
  pages: ['preferences', 'i18n', 'api', 'parts'],
};
const consoleRows = Object.entries(consoleMatrix).map(([from, allowed]) => ({
  name: `console-${from}`,
  comment: `${from} imports only: ${allowed.join(', ') || 'itself'}`,
  severity: 'error',
  from: { path: `${console}${from}/` },
  to: { path: console, pathNot: [from, ...allowed].map((row) => `${console}${row}/`) },
}));

module.exports = {
  forbidden: [
    ...rows,
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'enter-by-index',
      comment: 'a module is entered by its index.ts; lib and domain are sets of small files and are exempt',
      severity: 'error',
      from: { path: `${server}([^/]+)/`, pathNot: '(\\.test|\\.fixture|/testing)\\.ts$' },
      to: {
        path: `${server}[^/]+/`,
        pathNot: [`${server}$1/`, `${server}(lib|domain)/`, `${server}[^/]+/index\\.ts$`],
      },
    },
    {
      name: 'kysely-in-stores',
      severity: 'error',
      from: { path: server, pathNot: [`${server}storage/`, '-store\\.ts$', '\\.test\\.ts$'] },
      to: { path: 'node_modules/kysely' },
    },
    {
      name: 'handlers-reach-no-rows',
      comment: 'what a handler decides must hold for every other caller: the rules of a resource use its store',
      severity: 'error',
      from: { path: `${server}resources/[^/]+/handlers\\.ts$` },
      to: { path: '-store\\.ts$' },
    },
    {
      name: 'api-is-pure',
      severity: 'error',
      from: { path: '^packages/api/src/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: ['^packages/api/src/', 'node_modules/typebox'] },
    },
    {
      name: 'flow-is-pure',
      severity: 'error',
      from: { path: '^packages/flow/src/', pathNot: '(\\.test|/testing)\\.ts$' },
      to: { pathNot: ['^packages/flow/src/', 'node_modules/typebox'] },
    },
    {
      name: 'agent-stands-alone',
      severity: 'error',
      from: { path: '^packages/agent/src/' },
      to: { path: '^packages/(?!agent/)' },
    },
    {
      name: 'runtimes-stand-alone',
      severity: 'error',
      from: { path: '^packages/runtimes/' },
      to: { path: '^packages/(?!runtimes/)' },
    },
    {
      name: 'clients-know-only-the-contract',
      severity: 'error',
      from: { path: '^packages/(cli|console)/src/' },
      to: { path: '^packages/(server|agent|runtimes)/' },
    },
    ...consoleRows,
    {
      name: 'console-pages-stand-alone',
      comment: 'what several pages share is a part',
      severity: 'error',
      from: { path: `${console}pages/([^/]+)/` },
      to: { path: `${console}pages/`, pathNot: `${console}pages/$1/` },
    },
    {
      name: 'console-knows-only-the-contract',
      severity: 'error',
      from: { path: console, pathNot: '\\.test\\.ts$' },
      to: { path: '^packages/(?!api/|flow/|console/src/)' },
    },
    {
      name: 'no-orphan-dependencies',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^virtual:' },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^packages/([^/]+/dist|runtimes/conformance/cases|server/templates)/' },
    enhancedResolveOptions: {
      conditionNames: ['@funcgraph/source', 'import', 'node', 'default'],
      exportsFields: ['exports'],
    },
  },
};
