import type { RouteResponse, Routes } from '@funcgraph/api';
import type { TableColumnsType } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { Moment } from '../../../parts/moment.tsx';
import { RowAction } from '../../../parts/row-action.tsx';

export type DeadLetter = RouteResponse<Routes['listDeadLetters']>['dead_letters'][number];

interface LetterActions {
  readonly onShow: (letter: DeadLetter) => void;
  readonly onRedrive: (letter: DeadLetter) => void;
  readonly onDelete: (letter: DeadLetter) => void;
}

/** Why it failed, in words; as the server has it when it is a newer one. */
export function useReason() {
  const { t, i18n } = useTexts('functionAsync');
  return (reason: string): string => {
    const key = `letters.reasons.${reason}` as 'letters.reasons.failed';
    return i18n.exists(`functionAsync:${key}`) ? t(key) : reason;
  };
}

export function useLetterColumns({ onShow, onRedrive, onDelete }: LetterActions): TableColumnsType<DeadLetter> {
  const { t } = useTexts('functionAsync');
  const reasonOf = useReason();
  return [
    { title: t('letters.columns.died'), dataIndex: 'died_at', render: (at: string) => <Moment at={at} /> },
    {
      title: t('letters.columns.kind'),
      dataIndex: 'kind',
      render: (kind: DeadLetter['kind']) => t(`letters.kinds.${kind}`),
    },
    {
      title: t('letters.columns.reason'),
      dataIndex: 'reason',
      render: (reason: string, { message }) => (
        <>
          {reasonOf(reason)}
          <div className="dead-letter-message">{message}</div>
        </>
      ),
    },
    { title: t('letters.columns.attempts'), dataIndex: 'attempts', align: 'right' },
    {
      title: t('letters.columns.actions'),
      key: 'actions',
      render: (_, row) => (
        <div className="async-row-actions">
          <RowAction needs="showDeadLetter" text={t('letters.show.action')} onClick={() => onShow(row)} />
          <RowAction needs="redriveDeadLetter" text={t('letters.redrive.action')} onClick={() => onRedrive(row)} />
          <RowAction needs="deleteDeadLetter" text={t('letters.remove.action')} onClick={() => onDelete(row)} />
        </div>
      ),
    },
  ];
}
