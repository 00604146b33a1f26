import { Select, Space } from 'antd';
import { useTexts } from '../../i18n/index.ts';
import { SearchField } from '../../parts/search-field.tsx';

/** What a search looks in, and the field of the query. */
export const SEARCHED = { name: 'func_name', runtime: 'runtime', application: 'package_name' } as const;

export type Searched = keyof typeof SEARCHED;

export const searchedIn = (text: string): Searched => (text in SEARCHED ? (text as Searched) : 'name');

interface FunctionSearchProps {
  readonly by: Searched;
  readonly text: string;
  readonly onSearch: (search: { by: Searched; q: string }) => void;
}

export function FunctionSearch({ by, text, onSearch }: FunctionSearchProps) {
  const { t } = useTexts('functions');
  const fields = Object.keys(SEARCHED).map((value) => ({
    value: searchedIn(value),
    label: t(`searchBy.${searchedIn(value)}`),
  }));
  return (
    <Space.Compact style={{ maxWidth: '100%' }}>
      <Select
        aria-label={t('searchBy.label')}
        value={by}
        options={fields}
        popupMatchSelectWidth={false}
        style={{ width: 150, flexShrink: 0 }}
        onChange={(chosen) => onSearch({ by: chosen, q: text })}
      />
      <SearchField label={t(`search.${by}`)} value={text} onSearch={(q) => onSearch({ by, q })} />
    </Space.Compact>
  );
}
