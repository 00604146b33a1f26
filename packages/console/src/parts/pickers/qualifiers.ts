import { useQuery } from '@tanstack/react-query';
import { query } from '../../api/index.ts';

/** The versions and aliases of a function, as a URN names them. */
export function useQualifiers(function_urn: string) {
  const enabled = function_urn.startsWith('urn:');
  const params = { function_urn };
  const versions = useQuery({ ...query('listFunctionVersions', { params, query: { maxitems: '500' } }), enabled });
  const aliases = useQuery({ ...query('listVersionAliases', { params }), enabled });
  return {
    isFetching: versions.isFetching || aliases.isFetching,
    options: [
      ...(versions.data?.versions ?? []).map(({ version }) => ({ value: version, label: version })),
      ...(aliases.data ?? []).map(({ name, version }) => ({ value: `!${name}`, label: `${name} → ${version}` })),
    ],
  };
}
