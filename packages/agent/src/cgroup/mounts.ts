/** The cgroup hierarchies of this machine. `v1` maps a controller to its mount point. */
export interface CgroupMounts {
  readonly v1: ReadonlyMap<string, string>;
  readonly v2: string | undefined;
}

/** Reads the text of `/proc/self/mountinfo`. The first mount of a hierarchy wins. */
export function parseCgroupMounts(mountinfo: string): CgroupMounts {
  const v1 = new Map<string, string>();
  let v2: string | undefined;
  for (const line of mountinfo.split('\n')) {
    const [left, right] = line.split(' - ');
    const mountPoint = left?.split(' ')[4];
    const [type, , options] = right?.split(' ') ?? [];
    if (mountPoint === undefined) continue;
    if (type === 'cgroup2') v2 ??= mountPoint;
    if (type !== 'cgroup') continue;
    for (const option of options?.split(',') ?? []) if (!v1.has(option)) v1.set(option, mountPoint);
  }
  return { v1, v2 };
}

/** Reads the text of `/proc/self/cgroup`: the own group in each hierarchy, by controller; `''` is the v2 one. */
export function parseOwnGroups(text: string): ReadonlyMap<string, string> {
  const groups = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, controllers, ...path] = line.split(':');
    if (controllers === undefined) continue;
    for (const controller of controllers.split(',')) groups.set(controller, path.join(':').replace(/\/$/, ''));
  }
  return groups;
}
