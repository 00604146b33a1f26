import type { RouteResponse, Routes } from '@funcgraph/api';
import { type QueryClient, queryOptions, useQuery } from '@tanstack/react-query';
import { query, receive } from '../../../api/index.ts';
import type { ShownFunction } from '../shown-function.ts';
import { type CodeFiles, NotEditable, readArchive, textFile } from './archive.ts';
import { reasonBeforeReading } from './why-not-edited.ts';

type StoredCode = RouteResponse<Routes['showFunctionCode']>;

export interface Code {
  readonly stored: StoredCode;
  /** Undefined when it cannot be edited here. */
  readonly files: CodeFiles | undefined;
}

async function archiveOf({ func_code: { file, link } }: StoredCode, queries: QueryClient): Promise<Uint8Array> {
  if (file !== '') return Uint8Array.from(atob(file), (char) => char.charCodeAt(0));
  const ticket = decodeURIComponent(new URL(link).pathname.split('/').at(-1) ?? '');
  return (await receive('downloadFunctionCode', { params: { ticket } }, queries)).bytes;
}

const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b;

/** Code that was given as a text has no archive. */
function singleFile({ code_type: type, runtime }: StoredCode, bytes: Uint8Array): CodeFiles {
  if (type !== 'inline') throw new NotEditable();
  const name = /^(http|Custom)/.test(runtime) ? 'bootstrap' : runtime.startsWith('Python') ? 'index.py' : 'index.js';
  return new Map([[name, textFile(new TextDecoder().decode(bytes))]]);
}

/** Apart from the answers of functions, which are read again after each change of one. */
export const codeKey = (urn: string) => ['function-code', urn];

/** What is deployed now. */
export async function readCode(urn: string, queries: QueryClient): Promise<Code> {
  const stored = await queries.fetchQuery({
    ...query('showFunctionCode', { params: { function_urn: urn } }),
    staleTime: 0,
  });
  if (reasonBeforeReading(stored) !== undefined) return { stored, files: undefined };
  const archive = await archiveOf(stored, queries);
  try {
    return { stored, files: isZip(archive) ? readArchive(archive) : singleFile(stored, archive) };
  } catch {
    return { stored, files: undefined };
  }
}

export const useCode = ({ urn }: Pick<ShownFunction, 'urn'>) =>
  useQuery(
    queryOptions({
      queryKey: codeKey(urn),
      queryFn: ({ client }) => readCode(urn, client),
      refetchOnWindowFocus: false,
      // large, and not needed again soon
      gcTime: 60_000,
    }),
  );
