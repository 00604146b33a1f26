import BellOutlined from '@ant-design/icons/es/icons/BellOutlined';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Button, Segmented } from 'antd';
import { useState } from 'react';
import { pages } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { ActionButton } from '../../parts/action-button.tsx';
import { type Alarm, AlarmDialog, STATES } from '../../parts/alarm-rule/index.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { DeleteDialog } from '../../parts/delete-dialog.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { useUrlState } from '../../parts/url-state.ts';
import { useAlarmColumns } from './alarm-columns.tsx';
import { AlarmDrawer } from './alarm-drawer.tsx';
import './alarms.css';

const CREATE = 'fgs alarms create pay-fails --function pay --when "sum failcount >= 1" --topic ops';
const REFRESH_MS = 30_000;

type Open = { readonly dialog: 'create' } | { readonly dialog: 'edit' | 'delete'; readonly alarm: Alarm };

export function Page() {
  const { t } = useTexts('alarms');
  const [{ state, alarm: shown }, setUrl] = useUrlState({ state: '', alarm: '' });
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const chosen = STATES.find((one) => one === state) ?? '';
  const list = useInfiniteQuery({
    ...pages('listAlarms', { query: { state: chosen } }),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
  const rows = list.data?.pages.flatMap(({ alarms }) => alarms) ?? [];
  const columns = useAlarmColumns({
    onShow: ({ name }) => setUrl({ alarm: name }, { push: true }),
    onEdit: (alarm) => setOpen({ dialog: 'edit', alarm }),
    onDelete: (alarm) => setOpen({ dialog: 'delete', alarm }),
  });
  const create = (
    <ActionButton needs="createAlarm" type="primary" onClick={() => setOpen({ dialog: 'create' })}>
      {t('create.title')}
    </ActionButton>
  );
  return (
    <>
      <PageHeader title={t('title')} intro={t('intro')} actions={create} />
      <DataTable
        query={list}
        rows={rows}
        rowKey={({ id }) => id}
        columns={columns}
        tools={
          <Segmented
            aria-label={t('columns.state')}
            value={chosen}
            options={[
              { value: '', label: t('all') },
              ...STATES.map((value) => ({ value, label: t(`states.${value}`) })),
            ]}
            onChange={(value) => setUrl({ state: value })}
          />
        }
        onClearSearch={chosen === '' ? undefined : () => setUrl({ state: '' })}
        empty={
          <EmptyState
            icon={<BellOutlined />}
            title={t('empty.title')}
            text={t('empty.text')}
            action={create}
            command={CREATE}
          />
        }
      />
      {list.hasNextPage && (
        <Button block className="alarms-more" loading={list.isFetching} onClick={() => void list.fetchNextPage()}>
          {t('more')}
        </Button>
      )}
      {shown !== '' && <AlarmDrawer name={shown} onClose={() => setUrl({ alarm: '' })} />}
      {open?.dialog === 'create' && <AlarmDialog onClose={close} />}
      {open?.dialog === 'edit' && <AlarmDialog of={open.alarm} onClose={close} />}
      {open?.dialog === 'delete' && (
        <DeleteDialog
          route="deleteAlarm"
          input={{ params: { alarm_name: open.alarm.name } }}
          title={t('remove.title', { name: open.alarm.name })}
          consequence={t('remove.consequence')}
          done={() => t('remove.done', { name: open.alarm.name })}
          failed={() => t('remove.failed', { name: open.alarm.name })}
          onClose={close}
        />
      )}
    </>
  );
}
