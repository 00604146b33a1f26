import type { Receipt } from '@funcgraph/api';
import { type InvocationResultKind, resultOf } from '@funcgraph/api/causes';
import { Button, type TableColumnsType, Tag } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { Moment } from '../../../parts/moment.tsx';
import { useNumbers } from '../../../parts/numbers.ts';
import { Status } from '../../../parts/status.tsx';

const KINDS = { success: 'good', failed: 'bad', rejected: 'warning' } as const satisfies Record<
  InvocationResultKind,
  string
>;

export function ResultOf({ receipt }: { receipt: Pick<Receipt, 'outcome'> }) {
  const { t } = useTexts('monitoring');
  const result = resultOf(receipt.outcome);
  return <Status kind={KINDS[result]}>{t(`results.${result}`)}</Status>;
}

/** One row for each attempt to answer a request. */
export function useRequestColumns(onOpen: (requestId: string) => void): TableColumnsType<Receipt> {
  const { t } = useTexts('monitoring');
  const numbers = useNumbers();
  return [
    { title: t('columns.time'), dataIndex: 'started_at', render: (at: string) => <Moment at={at} /> },
    {
      title: t('columns.requestId'),
      dataIndex: 'request_id',
      render: (id: string) => (
        <Button type="link" size="small" className="request-id" title={id} onClick={() => onOpen(id)}>
          {id}
        </Button>
      ),
    },
    { title: t('columns.result'), key: 'result', render: (_, receipt) => <ResultOf receipt={receipt} /> },
    {
      title: t('columns.cause'),
      dataIndex: 'cause',
      render: (cause: Receipt['cause']) => (cause === '' ? '–' : t(`causes.${cause}`)),
    },
    {
      title: t('columns.duration'),
      key: 'duration',
      align: 'right',
      render: (_, { init_ms, handler_ms }) => numbers.fine(init_ms + handler_ms),
    },
    {
      title: t('columns.memory'),
      key: 'memory',
      align: 'right',
      render: (_, { peak_memory_bytes: bytes, memory_mb: limit }) =>
        `${bytes === null ? '–' : numbers.bytes(bytes)} / ${limit} MB`,
    },
    { title: t('columns.version'), dataIndex: 'version' },
    {
      title: t('columns.start'),
      dataIndex: 'cold',
      render: (cold: boolean) => <Tag>{t(cold ? 'start.cold' : 'start.warm')}</Tag>,
    },
  ];
}
