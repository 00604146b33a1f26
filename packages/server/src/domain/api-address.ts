const ADDRESS = /^\/api\/([A-Za-z0-9_-]{1,64})\/([A-Za-z0-9_-]{1,64})(?=[/?]|$)/;

/** Path on the gateway below which the APIs of a group are. */
export function apiAddress(projectId: string, groupId: string): string {
  return `/api/${projectId}/${groupId}`;
}

/** The address at the beginning of a target, and the exact rest, with `/` at its beginning. */
export function readApiAddress(target: string): { readonly address: string; readonly url: string } | undefined {
  const address = ADDRESS.exec(target)?.[0];
  if (address === undefined) return undefined;
  const rest = target.slice(address.length);
  return { address, url: rest.startsWith('/') ? rest : `/${rest}` };
}
