import { Link } from '@tanstack/react-router';
import { Button, Space, type TableColumnsType } from 'antd';
import { useTexts } from '../../i18n/index.ts';
import { type Alarm, targetOf, useRuleText } from '../../parts/alarm-rule/index.ts';
import { Moment } from '../../parts/moment.tsx';
import { RowAction } from '../../parts/row-action.tsx';
import { useChange } from '../../parts/use-change.ts';
import { AlarmState } from './alarm-state.tsx';

interface RowActions {
  readonly onShow: (alarm: Alarm) => void;
  readonly onEdit: (alarm: Alarm) => void;
  readonly onDelete: (alarm: Alarm) => void;
}

export function useAlarmColumns({ onShow, onEdit, onDelete }: RowActions): TableColumnsType<Alarm> {
  const { t } = useTexts('alarms');
  const ruleText = useRuleText();
  return [
    {
      title: t('columns.name'),
      dataIndex: 'name',
      fixed: 'left',
      render: (name: string, alarm) => (
        <Button type="link" size="small" className="alarm-name" onClick={() => onShow(alarm)}>
          {name}
        </Button>
      ),
    },
    { title: t('columns.state'), key: 'state', render: (_, alarm) => <AlarmState alarm={alarm} /> },
    { title: t('columns.target'), key: 'target', render: (_, { target_urn }) => <Target urn={target_urn} /> },
    {
      title: t('columns.condition'),
      key: 'condition',
      render: (_, alarm) => <span className="alarm-rule">{ruleText(alarm)}</span>,
    },
    { title: t('columns.since'), dataIndex: 'state_since', render: (at: string) => <Moment at={at} /> },
    {
      title: t('columns.actions'),
      key: 'actions',
      fixed: 'right',
      render: (_, alarm) => (
        <Space size="middle">
          <Toggle alarm={alarm} />
          <RowAction needs="updateAlarm" text={t('edit.action')} onClick={() => onEdit(alarm)} />
          <RowAction needs="deleteAlarm" text={t('remove.action')} onClick={() => onDelete(alarm)} />
        </Space>
      ),
    },
  ];
}

function Target({ urn }: { urn: string }) {
  const { t } = useTexts('alarms');
  const { kind, name, app, qualifier } = targetOf(urn);
  if (kind === 'flow') return `${name} · ${t('kinds.flow')}`;
  const search = {
    ...(app === 'default' ? {} : { app }),
    ...(qualifier === '' ? {} : { version: qualifier }),
    tab: 'monitoring',
  };
  return (
    <Link to="/functions/$name" params={{ name }} search={search as never}>
      {qualifier === '' ? name : `${name} ${qualifier.replace('!', '')}`}
    </Link>
  );
}

function Toggle({ alarm: { name, enabled } }: { alarm: Alarm }) {
  const { t } = useTexts('alarms');
  const { send } = useChange('updateAlarm');
  const action = enabled ? 'disable' : 'enable';
  const texts = { done: () => t(`${action}.done`, { name }), failed: () => t(`${action}.failed`, { name }) };
  return (
    <RowAction
      needs="updateAlarm"
      text={t(`${action}.action`)}
      onClick={() => void send({ params: { alarm_name: name }, body: { enabled: !enabled } }, texts)}
    />
  );
}
