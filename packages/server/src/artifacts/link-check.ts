import { ArtifactError } from './errors.ts';

const MAX_HOPS = 40;

/**
 * Refuses symbolic links that could lead out of the tree. `links` maps each link's path (`a/b`) to its target text.
 * Every target is resolved as the kernel would, through other links, too: the text of `l -> x/..` stays inside, but it
 * leaves the tree when `x` is itself a link. A dangling link inside the tree is harmless and kept.
 */
export function checkLinks(links: ReadonlyMap<string, string>): void {
  for (const [path, target] of links) walk(path, target, links);
}

function walk(path: string, target: string, links: ReadonlyMap<string, string>): void {
  const place = path.split('/').slice(0, -1);
  const ahead = split(target, path).reverse();
  let hops = 0;
  for (let part = ahead.pop(); part !== undefined; part = ahead.pop()) {
    if (part === '..') {
      if (place.pop() === undefined) {
        throw new ArtifactError('link-outside', 'a symbolic link leads out of the archive', { entry: path });
      }
      continue;
    }
    place.push(part);
    const next = links.get(place.join('/'));
    if (next === undefined) continue;
    hops += 1;
    if (hops > MAX_HOPS) throw new ArtifactError('link-loop', 'symbolic links form a loop', { entry: path });
    place.pop();
    ahead.push(...split(next, place.join('/')).reverse());
  }
}

function split(target: string, path: string): string[] {
  if (target.startsWith('/')) {
    throw new ArtifactError('link-outside', 'a symbolic link has an absolute target', { entry: path });
  }
  return target.split('/').filter((part) => part !== '' && part !== '.');
}
