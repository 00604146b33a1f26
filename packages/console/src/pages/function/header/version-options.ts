interface Named {
  readonly version: string;
}

interface Alias extends Named {
  readonly name: string;
}

const LATEST = 'latest';

/** What can be chosen: `latest`, the versions as the server orders them, and the aliases with their version. */
export function versionOptions(versions: readonly Named[], aliases: readonly Alias[]) {
  return {
    latest: { value: LATEST, label: LATEST },
    published: versions
      .filter(({ version }) => version !== LATEST)
      .map(({ version }) => ({ value: version, label: version })),
    named: aliases.map(({ name, version }) => ({ value: `!${name}`, label: `${name} → ${version}` })),
  };
}
