import type { RouteResponse, Routes } from '@funcgraph/api';
import { useQuery } from '@tanstack/react-query';
import { Drawer, Skeleton, Table } from 'antd';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { type Alarm, STATES, useRuleText } from '../../parts/alarm-rule/index.ts';
import { ErrorView } from '../../parts/error-view.tsx';
import { Moment } from '../../parts/moment.tsx';
import { useNumbers } from '../../parts/numbers.ts';
import { AlarmState, StateOf } from './alarm-state.tsx';

type Change = RouteResponse<Routes['listAlarmHistory']>['changes'][number];

/** `urn:smn:<region>:<project>:<name>` */
const topicName = (urn: string): string => urn.split(':').at(-1) ?? urn;

/** One rule with the changes of its state. */
export function AlarmDrawer({ name, onClose }: { name: string; onClose: () => void }) {
  const { t } = useTexts('alarms');
  const params = { alarm_name: name };
  const { data: alarm, error, refetch } = useQuery(query('showAlarm', { params }));
  const history = useQuery(query('listAlarmHistory', { params }));
  return (
    <Drawer open title={name} size={720} onClose={onClose}>
      {error !== null && <ErrorView error={error} onRetry={() => void refetch()} />}
      {alarm === undefined && error === null && <Skeleton active />}
      {alarm && <Facts alarm={alarm} />}
      {alarm && (
        <>
          <h3 className="alarm-history">{t('history.title')}</h3>
          <History changes={history.data?.changes ?? []} isLoading={history.isPending} />
        </>
      )}
    </Drawer>
  );
}

function Facts({ alarm }: { alarm: Alarm }) {
  const { t } = useTexts('alarms');
  const numbers = useNumbers();
  const ruleText = useRuleText();
  const states = STATES.filter((state) => alarm.notify_on.includes(state)).map((state) => t(`states.${state}`));
  const facts = [
    ['state', <AlarmState key="state" alarm={alarm} />],
    ['since', <Moment key="since" at={alarm.state_since} />],
    ['value', alarm.value === null ? '–' : numbers.fine(alarm.value)],
    ['condition', ruleText(alarm)],
    ['target', alarm.target_urn],
    ['topics', alarm.topic_urns.map(topicName).join(', ') || '–'],
    ['notifyOn', states.join(', ') || '–'],
    ['description', alarm.description || '–'],
  ] as const;
  return (
    <dl className="alarm-facts">
      {facts.map(([key, value]) => (
        <div key={key}>
          <dt>{t(`columns.${key}`)}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function History({ changes, isLoading }: { changes: readonly Change[]; isLoading: boolean }) {
  const { t } = useTexts('alarms');
  const numbers = useNumbers();
  return (
    <Table<Change>
      size="small"
      rowKey="id"
      loading={isLoading}
      dataSource={changes}
      pagination={false}
      scroll={{ x: 'max-content' }}
      locale={{ emptyText: <p className="alarm-none">{t('history.none')}</p> }}
      columns={[
        { title: t('history.time'), dataIndex: 'time', render: (at: string) => <Moment at={at} /> },
        {
          title: t('history.before'),
          dataIndex: 'previous_state',
          render: (state: string) => <StateOf state={state} />,
        },
        { title: t('columns.state'), dataIndex: 'state', render: (state: string) => <StateOf state={state} /> },
        {
          title: t('columns.value'),
          dataIndex: 'value',
          align: 'right',
          render: (value: number | null) => (value === null ? '–' : numbers.fine(value)),
        },
        {
          title: t('history.messages'),
          dataIndex: 'notices',
          render: (notices: Change['notices']) =>
            notices.length === 0
              ? '–'
              : notices.map(({ topic_urn, error }) => (
                  <div key={topic_urn}>
                    {topicName(topic_urn)}: {error || t('history.sent')}
                  </div>
                )),
        },
      ]}
    />
  );
}
