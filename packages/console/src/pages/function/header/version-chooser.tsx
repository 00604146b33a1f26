import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { query } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import type { ShownFunction } from '../shown-function.ts';
import { versionOptions } from './version-options.ts';

interface VersionChooserProps {
  readonly fn: ShownFunction;
  readonly onVersion: (version: string) => void;
}

/** Which version or alias all tabs of the page show. */
export function VersionChooser({ fn, onVersion }: VersionChooserProps) {
  const { t } = useTexts('functionPage');
  const params = { function_urn: fn.baseUrn };
  const versions = useQuery(query('listFunctionVersions', { params, query: { maxitems: '500' } }));
  const aliases = useQuery(query('listVersionAliases', { params }));
  const { latest, published, named } = versionOptions(versions.data?.versions ?? [], aliases.data ?? []);
  return (
    <Select
      className="version-chooser"
      aria-label={t('chooseVersion')}
      value={fn.chosen}
      onChange={onVersion}
      loading={versions.isPending || aliases.isPending}
      popupMatchSelectWidth={false}
      showSearch={published.length + named.length > 8}
      options={[
        latest,
        ...(published.length > 0 ? [{ label: t('versions'), options: published }] : []),
        ...(named.length > 0 ? [{ label: t('aliases'), options: named }] : []),
      ]}
    />
  );
}
