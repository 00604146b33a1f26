/** The state of a function in the intake. */
export interface GroupUse {
  readonly group: string;
  readonly project: string;
  /** Slots that it holds. */
  readonly running: number;
  /** Increases with each grant; 0 for a function that was idle. */
  readonly lastTurn: number;
}

export interface SlotUse {
  readonly free: number;
  /** Functions with messages that are due. */
  readonly waiting: readonly GroupUse[];
  /** Slots held by each project. */
  readonly perProject: ReadonlyMap<string, number>;
  /** No function holds more. */
  readonly mostPerGroup: number;
}

/** Slots of one turn: each turn costs a claim. */
const CHUNK = 4;
/** A function takes a slot only while it holds fewer than this many times the slots that stay free. */
const GROUP_TIMES_FREE = 4;
/** The same for all functions of a project together: for a busy function, and for an idle one. */
const PROJECT_TIMES_FREE = { busy: 9, idle: 36 };

/**
 * How many slots each waiting function gets now. Slots go in turn to projects, and inside a project to functions,
 * fewest held first. Because each may hold only a multiple of the free slots, busy functions share the slots and leave
 * some:
 * `k` of them leave about `1 / (1 + 4k)` of all, and never take the last one while each holds four.
 */
export function fairShares({ free, waiting, perProject, mostPerGroup }: SlotUse): Map<string, number> {
  const shares = new Map<string, number>();
  let left = free;
  let turns = inTurn(waiting, perProject);
  while (left > 0 && turns.length > 0) {
    const next: ProjectTurn[] = [];
    for (const project of turns) {
      const turn = takeTurn(project, { free: left, most: Math.min(CHUNK, Math.ceil(left / 4)), mostPerGroup });
      if (turn === undefined) continue;
      left -= turn.count;
      shares.set(turn.group, (shares.get(turn.group) ?? 0) + turn.count);
      next.push(project);
    }
    turns = next;
  }
  return shares;
}

/** Whether a function gets one more slot while no other one waits for any. `project`: slots of all its functions. */
export function fitsOneMore(
  use: { readonly group: number; readonly project: number },
  { free, mostPerGroup }: Pick<SlotUse, 'free' | 'mostPerGroup'>,
): boolean {
  return free > 0 && mayTake({ held: use.project }, { held: use.group }, { free, mostPerGroup });
}

interface GroupTurn extends GroupUse {
  held: number;
}

interface ProjectTurn {
  held: number;
  /** The first is next. */
  readonly groups: GroupTurn[];
}

function inTurn(waiting: readonly GroupUse[], perProject: ReadonlyMap<string, number>): ProjectTurn[] {
  const projects = new Map<string, ProjectTurn>();
  const sorted = [...waiting].sort((a, b) => a.running - b.running || a.lastTurn - b.lastTurn);
  for (const use of sorted) {
    const project = projects.get(use.project) ?? { held: perProject.get(use.project) ?? 0, groups: [] };
    projects.set(use.project, project);
    project.groups.push({ ...use, held: use.running });
  }
  // The sort is stable: among projects that hold the same, the one whose first function waited longest comes first.
  return [...projects.values()].sort((a, b) => a.held - b.held);
}

/** The next function of the project that may take a slot, and how many it takes. */
function takeTurn(
  project: ProjectTurn,
  { free, most, mostPerGroup }: { free: number; most: number; mostPerGroup: number },
): { group: string; count: number } | undefined {
  for (let looked = project.groups.length; looked > 0; looked -= 1) {
    const group = project.groups.shift();
    if (group === undefined) return undefined;
    const before = group.held;
    while (
      group.held - before < most &&
      mayTake(project, group, { free: free - (group.held - before), mostPerGroup })
    ) {
      group.held += 1;
      project.held += 1;
    }
    // A function that may not take a slot now will not later: slots only get fewer here.
    if (group.held === before) continue;
    project.groups.push(group);
    return { group: group.group, count: group.held - before };
  }
  return undefined;
}

function mayTake(
  project: Pick<ProjectTurn, 'held'>,
  group: Pick<GroupTurn, 'held'>,
  { free, mostPerGroup }: { free: number; mostPerGroup: number },
): boolean {
  const times = PROJECT_TIMES_FREE[group.held === 0 ? 'idle' : 'busy'];
  return group.held < Math.min(GROUP_TIMES_FREE * free, mostPerGroup) && project.held < times * free;
}
