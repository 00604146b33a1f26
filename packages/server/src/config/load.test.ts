import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ConfigError } from './compile.ts';
import { environmentAt, forgetSecrets, loadConfig } from './load.ts';

const file = (text: string): string => {
  const path = join(mkdtempSync(join(tmpdir(), 'funcgraph-config-')), 'config.json');
  writeFileSync(path, text);
  return path;
};

describe('configuration', () => {
  it('is followed by an environment for another home, without variables that name files of ours', () => {
    const env = { HOME: '/root', PATH: '/bin', npm_config_cache: '/root/.npm', npm_config_registry: 'registry' };
    expect(environmentAt('/data', env)).toEqual({ HOME: '/data', PATH: '/bin', npm_config_registry: 'registry' });
  });

  it('looks for interpreters in the folders of PATH, then in those of the system', () => {
    const { searchPath } = loadConfig([], { PATH: '/opt/node/bin::/usr/bin' });
    expect(searchPath).toEqual(['/opt/node/bin', '/usr/bin', '/usr/local/bin']);
    expect(loadConfig([], {}).searchPath).toEqual(['/usr/local/bin', '/usr/bin']);
  });

  it('takes a flag over the environment, the environment over a file, and a file over the default', () => {
    const path = file('{"port": 1, "region": "file", "idle_timeout": "5m", "max_wait": "250ms"}');
    const config = loadConfig(['--config', path, '--port', '3'], { FGS_PORT: '2', FGS_REGION: 'env' });
    expect(config).toMatchObject({ port: 3, region: 'env', idleMs: 300_000, maxWaitMs: 250, host: '127.0.0.1' });
  });

  it.each([
    ['[::1]', '::1'],
    ['::1', '::1'],
    ['localhost', 'localhost'],
  ])('takes the address %s with the brackets of a URL or without', (given, host) => {
    expect(loadConfig(['--host', given], {}).host).toBe(host);
  });

  it.each([
    ['a flag', ['--gateway-port', '70000'], {}, 'It is set by the flag --gateway-port.'],
    ['the environment', [], { FGS_GATEWAY_PORT: 'x' }, 'It is set by the environment variable FGS_GATEWAY_PORT.'],
    ['an empty flag', ['--host', ''], { FGS_HOST: '::1' }, 'It is set by the flag --host.'],
  ])('says where a value that it refuses comes from: %s', (_, argv, env, hint) => {
    expect(() => loadConfig(argv, env)).toThrow(expect.objectContaining({ name: 'ConfigError', hint }));
  });

  it('says where a value that it refuses comes from: a file', () => {
    const path = file('{"port": 70000}');
    const hint = `It is set by the configuration file ${path}.`;
    expect(() => loadConfig(['--config', path], {})).toThrow(expect.objectContaining({ name: 'ConfigError', hint }));
  });

  it('reads the folders below which file systems may be shared', () => {
    expect(loadConfig([], {}).mountRoots).toEqual(['/srv', '/mnt', '/media']);
    expect(loadConfig(['--mount-roots', '/data/a,/data/b'], {}).mountRoots).toEqual(['/data/a', '/data/b']);
    expect(() => loadConfig(['--mount-roots', 'data'], {})).toThrow(/mount_roots/);
  });

  it('reads the NFS exports that functions may mount, none by default', () => {
    expect(loadConfig([], {}).nfsExports).toEqual([]);
    expect(loadConfig(['--nfs-exports', 'storage.example:/export/data,nas:/'], {}).nfsExports).toEqual([
      { host: 'storage.example', path: '/export/data' },
      { host: 'nas', path: '/' },
    ]);
    for (const bad of ['nas', 'nas:export', ':/x', '-o:/x', 'nas:/a/../b', 'nas:/a//b', 'nas:/a/', 'nas:/a,/srv'])
      expect(() => loadConfig([`--nfs-exports=${bad}`], {})).toThrow(/nfs_exports/);
  });

  it('reads the trusted reverse proxies, and trusts none by default', () => {
    expect(loadConfig([], {}).trustedProxies).toEqual([]);
    const given = loadConfig(['--trusted-proxies', '10.0.0.5, fd00::/8,'], {}).trustedProxies;
    expect(given).toEqual(['10.0.0.5', 'fd00::/8']);
    for (const bad of ['proxy.example', '10.0.0.0/33', '10.0.0'])
      expect(() => loadConfig([], { FGS_TRUSTED_PROXIES: bad })).toThrow(`trusted_proxies: ${bad} is neither`);
  });

  it('reads where certificates of the gateway are, and the size of its access log, neither by default', () => {
    expect(loadConfig([], {})).toMatchObject({ gatewayTls: undefined, accessLogBytes: undefined });
    const args = ['--gateway-tls-dir', '/etc/tls', '--gateway-access-log', '64MB'];
    expect(loadConfig(args, {})).toMatchObject({
      gatewayTls: { dir: '/etc/tls', port: 8443 },
      accessLogBytes: 2 ** 26,
    });
    expect(() => loadConfig(['--gateway-tls-port', '443'], {})).toThrow('gateway_tls_port needs certificates');
    expect(loadConfig(['--api-tls-dir', '/t', '--storage-tls-dir', '/t', '--storage-tls-port', '9'], {})).toMatchObject(
      {
        apiTls: { dir: '/t', port: 8444 },
        storageTls: { dir: '/t', port: 9 },
      },
    );
    expect(() => loadConfig(['--gateway-tls-dir', 'tls'], {})).toThrow(/gateway_tls_dir/);
    expect(() => loadConfig(['--gateway-access-log', '1MB'], {})).toThrow(/gateway_access_log must be at least 64MB/);
  });

  it('reads the interfaces that networks may have, none by default', () => {
    expect(loadConfig([], {}).hostInterfaces).toEqual([]);
    expect(loadConfig([], { FGS_HOST_INTERFACES: 'eth1,br0.20' }).hostInterfaces).toEqual(['eth1', 'br0.20']);
    for (const bad of ['-all', '../x', 'a b', 'a23456789012345678'])
      expect(() => loadConfig([`--host-interfaces=${bad}`], {})).toThrow(/host_interfaces/);
  });

  it('reads as whom functions may use file systems, ordinary users by default', () => {
    expect(loadConfig([], {}).mountUsers).toEqual([{ from: 1000, to: 59_999 }]);
    expect(loadConfig(['--mount-users', '1003,2000-2999,33'], {}).mountUsers).toEqual([
      { from: 1003, to: 1003 },
      { from: 2000, to: 2999 },
      { from: 33, to: 33 },
    ]);
    for (const bad of ['0', '0-10', '-5', '9-8', '1000-65535', '300000', 'root', '1e3', '1000-'])
      expect(() => loadConfig([`--mount-users=${bad}`], {})).toThrow(/mount_users/);
  });

  it('reads hosts from which archives may be fetched, none by default', () => {
    expect([...loadConfig(['--link-hosts', 'bucket:9000,[::1]:80'], {}).linkHosts]).toEqual([
      'bucket:9000',
      '[::1]:80',
    ]);
    expect(loadConfig([], {}).linkHosts.size).toBe(0);
    expect(() => loadConfig(['--link-hosts', 'http://bucket'], {})).toThrow(/link_hosts/);
  });

  it('reads hosts and networks where brokers may be', () => {
    const { brokerHosts } = loadConfig([], { FGS_BROKER_HOSTS: 'mq:5672,10.1.0.0/16,fd00::/8' });
    expect([...brokerHosts]).toEqual(['mq:5672', '10.1.0.0/16', 'fd00::/8']);
    for (const bad of ['10.1.0.0/33', 'mq/16', '10.1/16', '/'])
      expect(() => loadConfig([], { FGS_BROKER_HOSTS: bad })).toThrow(/broker_hosts cannot have/);
  });

  it('raises quotas, and keeps those of the guide by default', () => {
    const { quotas } = loadConfig(['--quota-functions', '1000', '--quota-code-size', '20GB'], {
      FGS_QUOTA_ALIASES: '50',
    });
    expect(quotas).toMatchObject({ functions: 1000, codeBytes: 20 * 2 ** 30, aliasesPerFunction: 50 });
    expect(quotas).toMatchObject({ versionsPerFunction: 10, environmentChars: 4096, testEventsPerFunction: 10 });
    expect(() => loadConfig(['--quota-code-size', '20'], {})).toThrow(/quota_code_size is not a size/);
    expect(() => loadConfig(['--quota-versions', '0'], {})).toThrow(/quota_versions/);
  });

  describe('of a PostgreSQL database', () => {
    const URL_TEXT = 'postgres://fg:s3cret@db:5432/funcgraph';

    it('takes its URL from a flag, the environment or a file, and prints it nowhere', () => {
      const path = file(`${URL_TEXT}\n`);
      for (const config of [
        loadConfig([], { FGS_DATABASE_URL: URL_TEXT }),
        loadConfig(['--database-url-file', path], {}),
        loadConfig(['--config', file(JSON.stringify({ database_url: URL_TEXT }))], {}),
      ]) {
        expect(config.databaseUrl?.reveal()).toBe(URL_TEXT);
        expect(inspect(config) + JSON.stringify(config)).not.toContain('s3cret');
      }
      expect(loadConfig(['--database-url', 'postgresql://fg@db/f'], {}).databaseUrl?.reveal()).toContain('fg@db');
      expect(loadConfig([], {}).databaseUrl).toBeUndefined();
      const env = { FGS_DATABASE_URL: 'postgres://fg:a,b@db/f?options=-csearch_path%3Da,b' };
      expect(loadConfig([], env).databaseUrl?.reveal()).toBe(env.FGS_DATABASE_URL);
    });

    describe('has the code of several servers in S3', () => {
      const flags = ['--artifacts', 's3://code/fgs', '--s3-endpoint', 'https://s3.example.com/'];
      const load = (argv: readonly string[], env = {}) => loadConfig(argv, { FGS_DATABASE_URL: URL_TEXT, ...env });

      it('with keys from a file or the environment, which are printed nowhere', () => {
        const path = file('KEY:s3cret:x\n');
        for (const config of [load([...flags, '--s3-keys-file', path]), load(flags, { FGS_S3_KEYS: 'KEY:s3cret:x' })]) {
          if (config.sharedArtifacts?.kind !== 's3') throw new Error('not in S3');
          const { secretKey, ...place } = config.sharedArtifacts.place;
          expect(place).toEqual({
            ...{ endpoint: 'https://s3.example.com', region: 'us-east-1', bucket: 'code', prefix: 'fgs/' },
            accessKey: 'KEY',
          });
          expect(secretKey.reveal()).toBe('s3cret:x');
          expect(inspect(config) + JSON.stringify(config)).not.toContain('s3cret');
        }
        const env = { FGS_S3_KEYS: 'KEY:s3cret' };
        forgetSecrets(env);
        expect(env).toEqual({});
      });

      it('and buckets in a folder of their own', () => {
        const keys = ['--s3-keys-file', file('KEY:s3cret')];
        expect(load([...flags, ...keys]).bucketFolder).toBeUndefined();
        expect(load([...flags, ...keys, '--bucket-folder', '/srv/b']).bucketFolder).toBe('/srv/b');
        expect(load(['--artifacts', '/srv/a']).bucketFolder).toBe('/srv/a/buckets');
        expect(load([]).bucketFolder).toBeUndefined();
      });

      it.each([
        [[...flags.slice(0, 2)], /s3_endpoint is missing/],
        [[...flags.slice(0, 2), '--s3-endpoint', 'http://a:b:c'], /s3_endpoint is not a URL/],
        [[...flags.slice(0, 2), '--s3-endpoint', 'http://user:s3cret@host'], /s3_endpoint/],
        [flags, /keys are missing/],
        [flags.slice(2), /for artifacts in a bucket/],
        [[...flags, '--s3-keys', 'KEY:s3cret'], /read command lines/],
        [[...flags, '--s3-keys-file', '/nonexistent'], /s3_keys_file cannot be read/],
        [['--artifacts', 's3://UPPER/x', ...flags.slice(2)], /artifacts/],
        [['--artifacts', 's3://code/../x', ...flags.slice(2)], /artifacts/],
      ])('but not with %j', (argv, message) => {
        expect(() => load(argv)).toThrow(message);
        try {
          load(argv);
        } catch (error) {
          expect(inspect(error)).not.toContain('s3cret');
        }
      });
    });

    it('has the sealing key and the code of several servers, which need it', () => {
      const key = 'ab'.repeat(32);
      const flags = ['--key-file', file(`${key}\n`), '--artifacts', '/srv/artifacts'];
      const config = loadConfig(flags, { FGS_DATABASE_URL: URL_TEXT });
      expect([config.sealingKey?.reveal(), config.sharedArtifacts]).toEqual([
        key,
        { kind: 'folder', folder: '/srv/artifacts' },
      ]);
      expect(inspect(config) + JSON.stringify(config)).not.toContain(key);
      expect(() => loadConfig(flags, {})).toThrow(/no database URL is set/);
      expect(() => loadConfig(['--bucket-folder', '/srv'], {})).toThrow(/bucket_folder .* no database URL is set/);
      expect(() => loadConfig(flags.slice(0, 2), {})).toThrow(/key_file .* no database URL is set/);
      for (const [argv, message] of [
        [['--key-file', '/nonexistent'], /sealing key cannot be read/],
        [['--key-file', file('s3cret')], /must have 64 hexadecimal digits/],
        [['--artifacts', 'relative'], /artifacts/],
      ] as const) {
        const load = () => loadConfig(argv, { FGS_DATABASE_URL: URL_TEXT });
        expect(load).toThrow(message);
        expect(load).not.toThrow(/s3cret/);
      }
    });

    it('is removed from the environment of programs that the server starts', () => {
      const env: NodeJS.ProcessEnv = { FGS_DATABASE_URL: URL_TEXT, PATH: '/bin' };
      forgetSecrets(env);
      expect(env).toEqual({ PATH: '/bin' });
    });

    it.each<[string, string[], NodeJS.ProcessEnv, RegExp]>([
      ['a password on the command line', ['--database-url', URL_TEXT], {}, /every user of the machine/],
      ['a hidden one', ['--database-url', 'postgres://db/f?password=s3cret'], {}, /every user of the machine/],
      ['text that is no URL', [], { FGS_DATABASE_URL: 'fg:s3cret@db' }, /not the URL of a PostgreSQL database/],
      ['a host that is none', [], { FGS_DATABASE_URL: 'postgres://fg:s3cret@[/f' }, /database_url is not a URL/],
      ['two hosts', [], { FGS_DATABASE_URL: 'postgres://fg:s3cret@a:1,b:2/f' }, /database_url names several hosts/],
      ['half an escape', [], { FGS_DATABASE_URL: 'postgres://fg:s3cret%A@db/f' }, /database_url is not a URL/],
      ['another kind of database', [], { FGS_DATABASE_URL: 'mysql://fg:s3cret@db/f' }, /not the URL of a PostgreSQL/],
      ['no name of a database', [], { FGS_DATABASE_URL: 'postgres://fg:s3cret@db' }, /names no database/],
      ['a file that is not there', ['--database-url-file', '/nonexistent'], {}, /cannot be read/],
      ['an empty file', ['--database-url-file', file('\n')], {}, /database_url_file is not a URL/],
      ['two at once', ['--database-url-file', '/f'], { FGS_DATABASE_URL: URL_TEXT }, /cannot both be set/],
    ])('refuses %s, with a hint that does not quote it', (_, argv, env, message) => {
      let refusal: unknown;
      try {
        loadConfig(argv, env);
      } catch (error) {
        refusal = error;
      }
      expect(refusal).toBeInstanceOf(ConfigError);
      expect((refusal as Error).message).toMatch(message);
      expect(inspect(refusal) + String((refusal as ConfigError).hint)).not.toContain('s3cret');
    });
  });

  describe('of external S3 services', () => {
    const entry = { name: 'company', endpoint: 'https://s3.example.com/', projects: ['p1'] };
    const load = (entries: unknown, env = {}) =>
      loadConfig(['--external-s3-file', file(JSON.stringify(entries))], env).externalS3;
    const keys = { FGS_EXTERNAL_S3_COMPANY_KEYS: 'KEY:s3cret' };

    it('reads a service, with keys from a file or the environment, for no project by default', () => {
      expect(loadConfig([], {}).externalS3).toEqual([]);
      for (const found of [load([{ ...entry, keys_file: file('KEY:s3cret\n') }]), load([entry], keys)]) {
        expect(found).toMatchObject([
          {
            name: 'company',
            projects: new Set(['p1']),
            service: { endpoint: 'https://s3.example.com', accessKey: 'KEY' },
          },
        ]);
        expect(found[0]?.service).toMatchObject({ region: 'us-east-1', virtualHosts: false });
        expect(found[0]?.service.secretKey.reveal()).toBe('s3cret');
        expect(inspect(found) + JSON.stringify(found)).not.toContain('s3cret');
      }
      const { projects: _, ...bare } = entry;
      const [other] = load([{ ...bare, region: 'eu', addressing: 'virtual-host' }], keys);
      expect(other).toMatchObject({ projects: new Set(), service: { region: 'eu', virtualHosts: true } });
      const env = { ...keys, FGS_EXTERNAL_S3_FILE: '/f' };
      forgetSecrets(env);
      expect(env).toEqual({ FGS_EXTERNAL_S3_FILE: '/f' });
    });

    it.each<[string, unknown, RegExp]>([
      ['another form', { company: entry }, /external_s3_file: the file must be array/],
      [
        'a password in the address',
        [{ ...entry, endpoint: 'https://a:s3cret@host' }],
        /external_s3_file: \/0\/endpoint/,
      ],
      ['a path', [{ ...entry, endpoint: 'https://host/path' }], /external_s3_file: \/0\/endpoint/],
      ['an address that is none', [{ ...entry, endpoint: 'https://a:b:c' }], /the endpoint of company is not a URL/],
      ['keys in the file', [{ ...entry, keys: 'KEY:s3cret' }], /external_s3_file: \/0\/keys is not a field/],
      ['a name twice', [entry, entry], /two entries with the name company/],
      ['a grant twice', [entry, { ...entry, name: 'other' }], /two entries at https:\/\/s3.example.com for project p1/],
      [
        'buckets before a number',
        [{ ...entry, endpoint: 'http://[::1]:9000', addressing: 'virtual-host' }],
        /which has no names of buckets/,
      ],
      ['no keys', [{ ...entry, name: 'other' }], /the keys of other are missing/],
      ['a file without keys', [{ ...entry, keys_file: '/nonexistent' }], /keys_file of company cannot be read/],
      [
        'keys of another form',
        [{ ...entry, keys_file: file('s3cret') }],
        /in keys_file of company do not have their form/,
      ],
    ])('refuses %s, without printing keys', (_, entries, message) => {
      expect(() => load(entries, keys)).toThrow(message);
      expect(() => load(entries, keys)).not.toThrow(/s3cret/);
    });

    it('refuses a file that is not JSON without quoting it', () => {
      const flags = ['--external-s3-file', file('KEY:s3cret')];
      expect(() => loadConfig(flags, {})).toThrow(/external_s3_file cannot be read: it is not JSON/);
    });
  });

  it.each<[string, string[], RegExp]>([
    ['an unknown flag', ['--prot', '1'], /prot/],
    ['a port that is no number', ['--port', 'x'], /port/],
    ['a port out of range', ['--port', '70000'], /port/],
    ['an unknown sandbox', ['--sandbox', 'docker'], /sandbox/],
    ['a duration without a unit', ['--idle-timeout', '5'], /idle_timeout is not a duration/],
    ['an unknown key of a file', ['--config', file('{"prot": 1}')], /unknown configuration key prot/],
    ['a file that is not JSON', ['--config', file('port: 1')], /cannot be read/],
    ['a file that does not exist', ['--config', '/nonexistent.json'], /cannot be read/],
  ])('refuses %s and names it', (_, argv, message) => {
    expect(() => loadConfig(argv, {})).toThrow(message);
  });
});
