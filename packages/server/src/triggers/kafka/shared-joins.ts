/** A member of a group, as the library has it. */
export interface JoiningMember {
  joinAndSync(): Promise<void>;
}

const changed = new WeakSet<JoiningMember>();

/**
 * Lets a member join its group once at a time. The library reads from each broker of a cluster on its own; when the leaders
 * of partitions change, each reader joins again. Of several requests of one member at a time, a broker may answer only the
 * last one: the other readers wait for the timeout of the rebalance, and read nothing meanwhile.
 */
export function shareJoins(prototype: JoiningMember): void {
  if (changed.has(prototype)) return;
  changed.add(prototype);
  const { joinAndSync } = prototype;
  const running = new WeakMap<JoiningMember, Promise<void>>();
  prototype.joinAndSync = function (this: JoiningMember): Promise<void> {
    const present = running.get(this);
    if (present !== undefined) return present;
    const join = joinAndSync.call(this).finally(() => running.delete(this));
    running.set(this, join);
    return join;
  };
}
