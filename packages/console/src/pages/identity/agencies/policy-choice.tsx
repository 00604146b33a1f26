import { Table } from 'antd';
import { useState } from 'react';
import { useTexts } from '../../../i18n/index.ts';
import { SearchField } from '../../../parts/search-field.tsx';
import { usePolicies } from '../grants/use-policies.ts';

const ROWS_HEIGHT = 260;

interface PolicyChoiceProps {
  /** Of the form. */
  readonly id?: string;
  readonly value?: string[];
  readonly onChange?: (ids: string[]) => void;
}

/** Policies to find and tick. */
export function PolicyChoice({ id, value = [], onChange }: PolicyChoiceProps) {
  const { t } = useTexts('agencies');
  const { t: of } = useTexts('identity');
  const [q, setQ] = useState('');
  const { rows, isPending } = usePolicies();
  const found = rows.filter(({ display_name, description }) =>
    `${display_name} ${description}`.toLowerCase().includes(q.toLowerCase()),
  );
  return (
    <div id={id} className="policy-choice">
      <SearchField label={t('create.search')} value={q} onSearch={setQ} />
      <Table
        dataSource={found}
        rowKey="id"
        size="small"
        loading={isPending}
        pagination={false}
        scroll={{ y: ROWS_HEIGHT }}
        rowSelection={{
          selectedRowKeys: value,
          // those that the search hides stay chosen
          preserveSelectedRowKeys: true,
          onChange: (keys) => onChange?.(keys as string[]),
          columnTitle: t('create.chosen', { count: value.length }),
          columnWidth: 80,
          getCheckboxProps: ({ display_name }) => ({ 'aria-label': display_name }),
        }}
        columns={[
          { title: of('grants.policy'), dataIndex: 'display_name' },
          { title: of('description'), dataIndex: 'description' },
        ]}
      />
    </div>
  );
}
