import { findProgram, runHostCommand } from '../host-command.ts';
import { isOwnerAlive, isOwnerId } from '../owner.ts';
import { ownedBridges, removeBridge } from './bridge.ts';
import { isOnNetwork } from './network-claim.ts';
import { GUARD_TABLE, ownerOfTable, TABLE_PREFIX } from './rules.ts';

/**
 * Removes bridges, their ports and tables of dead agents. Their sandboxes must be dead: without the table they are not
 * confined. Returns the number of removed objects.
 */
export async function sweepNetworks(): Promise<number> {
  let removed = 0;
  for (const { name, ownerId } of ownedBridges()) {
    if (isDead(ownerId)) removed += await attempt(() => removeBridge(name));
  }
  for (const table of await ourTables()) {
    if (!isDead(ownerOfTable(table))) continue;
    removed += await attempt(() => runHostCommand('nft', ['delete', 'table', 'inet', table]));
  }
  return removed;
}

async function ourTables(): Promise<string[]> {
  if (findProgram('nft') === undefined) return [];
  const text = await runHostCommand('nft', ['list', 'tables']).catch(() => '');
  return text
    .split('\n')
    .map((line) => line.replace(/^table inet /, ''))
    .filter((name) => name.startsWith(TABLE_PREFIX) && name !== GUARD_TABLE);
}

function isDead(ownerId: string): boolean {
  return isOwnerId(ownerId) && !isOwnerAlive(ownerId) && !isOnNetwork(ownerId);
}

async function attempt(removal: () => Promise<unknown>): Promise<number> {
  return removal().then(
    () => 1,
    () => 0,
  );
}
