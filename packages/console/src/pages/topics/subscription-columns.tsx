import { type TableColumnsType, Tag } from 'antd';
import { useTexts } from '../../i18n/index.ts';
import { RowAction } from '../../parts/row-action.tsx';
import { Status } from '../../parts/status.tsx';
import { PROTOCOLS } from './protocols.ts';
import type { Subscription } from './topic.ts';
import './topics.css';

export function useSubscriptionColumns(onRemove: (one: Subscription) => void): TableColumnsType<Subscription> {
  const { t } = useTexts('topics');
  const protocolText = (name: string): string => {
    const known = PROTOCOLS.find((one) => one === name);
    return known === undefined ? name : t(`protocols.${known}`);
  };
  return [
    { title: t('subscriptions.protocol'), dataIndex: 'protocol', render: protocolText },
    {
      title: t('subscriptions.endpoint'),
      dataIndex: 'endpoint',
      render: (text: string) => (
        <span className="cut-text" title={text}>
          {shortEndpoint(text)}
        </span>
      ),
    },
    {
      title: t('subscriptions.state'),
      dataIndex: 'status',
      render: (state: number) => (
        <Status kind={state === 1 ? 'good' : 'warning'}>
          {t(state === 1 ? 'subscriptions.confirmed' : 'subscriptions.unconfirmed')}
        </Status>
      ),
    },
    {
      title: t('subscriptions.filter'),
      dataIndex: 'filter_polices',
      render: (polices: Subscription['filter_polices']) =>
        polices.length === 0
          ? '–'
          : polices.map(({ name, string_equals: values }) => (
              <Tag key={name} className="topic-filter">{`${name} = ${values.join(' | ')}`}</Tag>
            )),
    },
    { title: t('subscriptions.remark'), dataIndex: 'remark', render: (text: string) => text || '–' },
    {
      title: t('columns.actions'),
      key: 'actions',
      fixed: 'right',
      render: (_, one) => (
        <RowAction needs="cancelSubscription" text={t('unsubscribe.action')} onClick={() => onRemove(one)} />
      ),
    },
  ];
}

/** Functions and flows by their names, as in lists. */
function shortEndpoint(text: string): string {
  const [, , , , kind, place = '', name = '', version = ''] = text.startsWith('urn:fss:') ? text.split(':') : [];
  if (kind === 'function') return `${place} / ${name} : ${version}`;
  return kind === 'workflow' ? name : text;
}
