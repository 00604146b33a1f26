import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../server.ts';
import { Guides, type Reading } from './guides.ts';

let guides: Guides;
beforeAll(async () => {
  guides = await Guides.open();
});
afterAll(() => guides?.[Symbol.asyncDispose]());

/** Functions of a name that answer each event, or fail for one with `fail`. */
const functionsOf = (...names: string[]): string =>
  names
    .map(
      (name) => `mkdir -p ${name}
cat > ${name}/index.js <<'END'
exports.handler = async (event, context) => { if (event.fail) throw new Error('asked to'); return { statusCode: 200, body: 'Hello!' }; };
END
npx fgs functions deploy ./${name} --runtime Node.js --handler index.handler`,
    )
    .join('\n');

/** A field of the answer of a command. */
const field = (command: string, path: string): string =>
  `$(${command} --output json | node -p 'JSON.parse(require("fs").readFileSync(0))${path}')`;

const EXAMPLES = { 'examples/': `${join(ROOT, 'examples')}/` };
/** Has a file with a function of Node.js. */
const zipOf = (name: string): string =>
  `python3 -c "import zipfile; zipfile.ZipFile('${name}', 'w').writestr('index.js', 'exports.handler = async (event, context) => 7')"`;

/** Pages, or sections of them, what their reader brings along, and what the commands write. */
const PAGES: readonly (readonly [page: string, reading: () => Reading, texts: readonly string[]])[] = [
  ['README.md#Your first function', () => ({ instead: { ' -f\n': '\n' } }), ['{"greeting":"Good day, Ada"}']],
  [
    'README.md#A flow of functions',
    () => ({}),
    ['{"greetings":[{"greeting":"Good day, Ada"},{"greeting":"Good day, Grace"}]}'],
  ],
  [
    'first-function.md',
    () => ({
      instead: {
        ...EXAMPLES,
        ' -f\n': '\n',
        REQUEST_ID: field('npx fgs invocations list greet', '[0].request_id'),
        'functions delete greet': 'functions delete greet --yes',
      },
    }),
    [
      '{"greeting":"Hello, Ada"}',
      'exit code 6',
      'greeting Ada',
      '{"问候": "你好，李华"}',
      '{"shell":"hello","event":{"a":1}}',
    ],
  ],
  [
    'async.md',
    () => ({
      before: `${functionsOf('hello', 'next')}
npx fgs async set hello --retries 0
for one in 1 2 3; do npx fgs functions invoke hello --async --data '{"fail":true}'; done
until [ "${field('npx fgs dead-letters list --function hello', '.length')}" = 3 ]; do sleep 0.2; done`,
      instead: {
        'delete ID': 'delete ID --yes',
        'purge hello': 'purge hello --yes',
        ' ID': ` ${field('npx fgs dead-letters list --function hello', '.at(-1).id')}`,
      },
    }),
    ['https://example.com/alarm', 'asked to'],
  ],
  ['http-functions.md', () => ({ instead: EXAMPLES }), ['<h1>Hello, Ada!</h1>']],
  [
    'reserved-instances.md',
    () => ({ before: functionsOf('hello', 'shop'), instead: { '2027-': '2099-' } }),
    ['hello: 2 reserved', 'shop: 1 reserved'],
  ],
  [
    'streaming.md',
    () => ({
      before: `mkdir my-folder
cat > my-folder/index.js <<'END'
exports.handler = async function* (event, context) { yield 'one '; yield 'two'; };
END`,
    }),
    ['one two'],
  ],
  [
    'topics.md',
    () => ({ before: functionsOf('hello'), instead: { PROJECT: guides.server.credentials.project_id } }),
    ['https://shop.example.com/hook'],
  ],
  [
    'triggers.md',
    () => ({
      before: `${functionsOf('hello', 'thumbnail', 'watcher')}
npx fgs buckets create photos
npx fgs streams create clicks`,
      instead: {
        'npx fgs gateway-apps create partner': `CODE=${field('npx fgs gateway-apps create partner', '.app_code')}`,
        'http://127.0.0.1:8081': guides.server.gateway,
        $PROJECT: guides.server.credentials.project_id,
      },
    }),
    ['Hello!'],
  ],
  [
    'metrics.md#Query metrics',
    () => ({
      before: `${functionsOf('hello')}\nnpx fgs aliases create hello live --version latest`,
    }),
    [],
  ],
  [
    'metrics.md#Prometheus',
    () => ({
      before:
        'mkdir etc && echo \'{"metrics_token_file":"\'$PWD\'/etc/scrape-token"}\' > etc/config.json && chmod 600 etc/config.json',
      instead: { '/etc/funcgraph': '$PWD/etc', '> $PWD': '> $PWD' },
    }),
    [],
  ],
  [
    'dependencies.md#Make one',
    () => ({
      before: `${zipOf('tools.zip')}\nnpx fgs buckets create tools && npx fgs buckets put tools tools.zip --file tools.zip`,
      instead: {
        'npm install --prefix drawing pngjs':
          'mkdir -p drawing/node_modules/pngjs && touch drawing/node_modules/pngjs/index.js',
        'pip install --target tables tabulate': 'mkdir tables && touch tables/tabulate.py',
        'https://bucket.example.com': `${guides.server.credentials.storage}/tools`,
      },
    }),
    ['drawing', 'tables', 'tools'],
  ],
  [
    'dependencies.md#Add it to a function',
    () => ({
      before: `mkdir -p picture drawing fonts && touch drawing/one.js fonts/two.js
echo 'exports.handler = async (event, context) => 7' > picture/index.js
for one in drawing fonts; do npx fgs dependencies create $one --runtime Node.js --folder $one; done`,
    }),
    [],
  ],
  [
    'dependencies.md#Code by its address',
    () => ({
      before: `${zipOf('resize.zip')}\nnpx fgs buckets create code-of-all && npx fgs buckets put code-of-all resize.zip --file resize.zip`,
      instead: { 'https://bucket.example.com': `${guides.server.credentials.storage}/code-of-all` },
    }),
    ['resize'],
  ],
  ['dependencies.md#Test events', () => ({ before: functionsOf('picture') }), ['Hello!']],
  ['telemetry-export.md', () => ({ before: functionsOf('hello') }), []],
  ['operate.md#Behind a reverse proxy', () => ({}), []],
  [
    'operate.md#TLS',
    () => ({
      before: `tls=$(mktemp -d /tmp/funcgraph-tls-XXXXXX) && trap 'rm -r $tls' EXIT && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
-subj /CN=api.example.com -addext subjectAltName=DNS:api.example.com -keyout $tls/api.example.com.key -out $tls/api.example.com.crt && chmod -R a+rX $tls`,
      instead: { '/etc/funcgraph/tls --gateway-tls-port 443': '$tls --gateway-tls-port 0' },
    }),
    [],
  ],
  ['operate.md#Access log of the gateway', () => ({}), []],
  ['operate.md#Backup', () => ({ instead: { '/backup/monday': '$PWD/monday' } }), ['is whole', 'restored']],
  ['operate.md#Check the data directory', () => ({}), []],
  ['identity.md#Let a colleague in', () => ({ before: 'echo "a-long-password-7" > password.txt' }), []],
  [
    'identity.md#Credentials inside functions',
    () => ({
      before: `${functionsOf('order')}
echo '{"Version":"1.1","Statement":[{"Effect":"Allow","Action":["functiongraph:function:invoke"]}]}' > policy.json`,
    }),
    [],
  ],
  [
    'identity.md#Acting in another account',
    () => ({ before: 'npx fgs iam accounts create shop --save shop.json' }),
    [],
  ],
  [
    'file-systems.md',
    () => ({
      before: `shared=$(mktemp -d /tmp/funcgraph-shared-XXXXXX) && trap 'rm -r $shared' EXIT
${functionsOf('hello')}
npx fgs iam accounts create third-team --save third-team.json`,
      instead: {
        'mkdir /srv/shared && chown': 'mkdir $shared/files && chown',
        '/srv/shared': '$shared/files',
        'other-team': 'third-team',
      },
    }),
    ['third-team'],
  ],
  ['identity.md#More accounts', () => ({}), []],
  [
    'identity.md#Recover access',
    () => ({
      // stopped when the commands of the page begin
      before: `export OWN_DATA_DIR=$PWD/own FGS_DATA_DIR=$PWD/own
npx fgs start`,
    }),
    [],
  ],
  ['identity.md#Who changed what', () => ({}), []],
];

// files of users other than that of the tests need root
const possible = PAGES.filter(([place]) => place !== 'file-systems.md' || process.getuid?.() === 0);
test.each(possible.map(([place, reading, texts]) => ({ place, reading, texts })))(
  'every command of $place works with what its reader brings along',
  async ({ place, reading, texts }) => {
    const [page = '', heading] = place.split('#');
    const stdout = await guides.read(page, { heading, ...reading() });
    for (const text of texts) expect(stdout).toContain(text);
  },
);
