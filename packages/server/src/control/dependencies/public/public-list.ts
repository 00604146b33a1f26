import type { LanguageId } from '@funcgraph/runtimes';

/** A package that the guide promises to every function (tables 3-42 and 3-43). */
export interface PublicPackage {
  readonly name: string;
  readonly language: LanguageId;
  /** The version that the guide names. */
  readonly version: string;
  /** Undefined: no version is in any package index. */
  readonly source: { readonly index: 'npm' | 'pip'; readonly name: string } | undefined;
}

const npm = (name: string, version: string): PublicPackage => ({
  name,
  language: 'nodejs',
  version,
  source: { index: 'npm', name },
});
const pip = (name: string, version: string, published: string | undefined = name): PublicPackage => ({
  name,
  language: 'python',
  version,
  source: published === undefined ? undefined : { index: 'pip', name: published },
});

/** Names are unique over all languages. */
export const PUBLIC_PACKAGES: readonly PublicPackage[] = [
  npm('q', '1.5.1'),
  npm('co', '4.6.0'),
  npm('lodash', '4.17.10'),
  npm('esdk-obs-nodejs', '2.1.5'),
  npm('express', '4.16.4'),
  npm('fgs-express', '1.0.1'),
  npm('request', '2.88.0'),
  pip('dateutil', '2.6.0', 'python-dateutil'),
  pip('requests', '2.7.0'),
  pip('httplib2', '0.10.3'),
  pip('numpy', '1.13.1'),
  pip('redis', '2.10.5'),
  { ...pip('obsclient', ''), source: undefined },
  { ...pip('smnsdk', '1.0.1'), source: undefined },
];
