import { readdirSync, readFileSync } from 'node:fs';

/** Of the kernel, in all architectures that the bench runs on. */
const TICKS_A_SECOND = 100;

interface Usage {
  readonly parent: number;
  readonly ticks: number;
}

function usageOf(pid: string): Usage | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // own time and that of children that ended, in user and system mode
    const ticks = fields.slice(11, 15).reduce((sum, each) => sum + Number(each), 0);
    return { parent: Number(fields[1]), ticks };
  } catch {
    return undefined;
  }
}

/** Seconds of processor time that a process and all below it have used: for a server, with its agent and instances. */
export function processorSeconds(root: number): number {
  const children = new Map<number, [number, number][]>();
  let ticks = usageOf(String(root))?.ticks ?? 0;
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const usage = usageOf(entry);
    if (usage === undefined) continue;
    const siblings = children.get(usage.parent) ?? [];
    siblings.push([Number(entry), usage.ticks]);
    children.set(usage.parent, siblings);
  }
  const open = [root];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop())
    for (const [child, used] of children.get(pid) ?? []) {
      ticks += used;
      open.push(child);
    }
  return ticks / TICKS_A_SECOND;
}
