import { isDigest } from './document.ts';
import { ImageError } from './errors.ts';

/** A parsed image name. */
export interface Reference {
  /** Host and port of its registry. */
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  /** The digest, if the reference has one; empty otherwise. */
  readonly digest: string;
  /** Short form, without default parts. */
  readonly name: string;
}

const HUB = 'docker.io';
const HOST = /^(?:\[[0-9a-fA-F:]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::\d{1,5})?$/;
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const MOST_CHARS = 512;

/**
 * `[host[:port]/]path[:tag][@sha256:...]`. The tag defaults to `latest`, the registry to Docker Hub when the first part
 * is no host. Throws `bad-reference`.
 */
export function parseReference(text: string): Reference {
  const [before = '', digest = ''] = text.split('@', 2);
  if (text.length > MOST_CHARS || text.split('@').length > 2 || (digest !== '' && !isDigest(digest))) throw bad(text);
  const slash = before.indexOf('/');
  const first = slash < 0 ? '' : before.slice(0, slash);
  const hasHost = /[.:[]/.test(first) || first === 'localhost';
  const rest = hasHost ? before.slice(slash + 1) : before;
  const colon = rest.indexOf(':');
  const path = colon < 0 ? rest : rest.slice(0, colon);
  const tag = colon < 0 ? 'latest' : rest.slice(colon + 1);
  const registry = hasHost ? first.toLowerCase() : HUB;
  if (!HOST.test(registry) || !REPOSITORY.test(path) || path.length > 255 || !TAG.test(tag)) throw bad(text);
  const official = registry === HUB && !path.includes('/');
  const repository = official ? `library/${path}` : path;
  const plain = registry === HUB ? repository.replace(/^library\//, '') : `${registry}/${repository}`;
  const name = digest === '' ? `${plain}:${tag}` : colon < 0 ? `${plain}@${digest}` : `${plain}:${tag}@${digest}`;
  return { registry, repository, tag, digest, name };
}

/** The part of the name that all tags and digests of an image share. */
export function withoutTag(name: string): string {
  const [path = ''] = name.split('@', 1);
  return path.replace(/:[^:/]*$/, '');
}

function bad(text: string): ImageError {
  return new ImageError('bad-reference', `${JSON.stringify(text.slice(0, 100))} is not the name of an image`, {
    hint: 'Write [host[:port]/]name[:tag], in lower case: swr.example.com/team/image:v1.',
  });
}
