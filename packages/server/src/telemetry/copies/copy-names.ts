import type { Day } from '../day.ts';

/** A server whose copies exist. */
export interface CopiedServer {
  readonly home: string;
  /** For people. */
  readonly name: string;
  /** With copies. */
  readonly days: readonly Day[];
  /** Name of its newest usage. */
  readonly usage: string | undefined;
}

export interface PieceName {
  readonly name: string;
  readonly sha256: string;
}

export const INDEX = 'index';
export const USAGE = 'usage';

const MARK = /^index\/(\d{4}-\d{2}-\d{2})\.([\w-]{1,64})\.([\w-]+)$/;
const USED = /^usage\/([\w-]{1,64})\.([\w-]+)\.(\d{15})-([0-9a-f]{64})$/;
const PIECE = /\/(\d{15})-([0-9a-f]{64})$/;

/** Says that a server has pieces of a day: so that a list of all pieces is not needed to find the servers. */
export function markName(day: Day, home: string, server: string): string {
  return `${INDEX}/${day}.${home}.${Buffer.from(server.slice(0, 120)).toString('base64url')}`;
}

export function piecesFolder(day: Day, home: string): string {
  return `pieces/${day}/${home}`;
}

/** Sorted by name, pieces are in the order in which they were made. */
export function pieceName(day: Day, home: string, number: number, sha256: string): string {
  return `${piecesFolder(day, home)}/${String(number).padStart(15, '0')}-${sha256}`;
}

export function usageName(home: string, server: string, madeAt: number, sha256: string): string {
  const name = Buffer.from(server.slice(0, 120)).toString('base64url');
  return `${USAGE}/${home}.${name}.${String(madeAt).padStart(15, '0')}-${sha256}`;
}

export interface Mark {
  readonly file: string;
  readonly day: Day;
  readonly home: string;
}

export function marksOf(index: readonly string[]): Mark[] {
  return index.flatMap((file) => {
    const [, day, home] = MARK.exec(file) ?? [];
    return day === undefined || home === undefined ? [] : [{ file, day, home }];
  });
}

export interface UsageName {
  readonly file: string;
  readonly home: string;
  readonly madeAt: number;
  readonly sha256: string;
}

export function usagesOf(names: readonly string[]): UsageName[] {
  return names.flatMap((file) => {
    const [, home, , madeAt, sha256] = USED.exec(file) ?? [];
    return home === undefined || sha256 === undefined ? [] : [{ file, home, madeAt: Number(madeAt), sha256 }];
  });
}

/** Pieces in the order in which they were made. */
export function piecesOf(names: readonly string[]): PieceName[] {
  return names
    .flatMap((name) => {
      const sha256 = PIECE.exec(name)?.[2];
      return sha256 === undefined ? [] : [{ name, sha256 }];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Servers by their files. */
export function serversOf(index: readonly string[], usage: readonly string[]): CopiedServer[] {
  const servers = new Map<string, { name: string; days: Day[]; usage: string | undefined }>();
  const serverOf = (home: string, name: string) => {
    const server = servers.get(home) ?? { name: '', days: [], usage: undefined };
    server.name = Buffer.from(name, 'base64url').toString();
    servers.set(home, server);
    return server;
  };
  for (const file of usage.toSorted()) {
    const [, home, name] = USED.exec(file) ?? [];
    if (home !== undefined && name !== undefined) serverOf(home, name).usage = file;
  }
  for (const file of index.toSorted()) {
    const [, day, home, name] = MARK.exec(file) ?? [];
    if (day === undefined || home === undefined || name === undefined) continue;
    const { days } = serverOf(home, name);
    if (!days.includes(day)) days.push(day);
  }
  return [...servers].map(([home, server]) => ({ home, ...server }));
}
