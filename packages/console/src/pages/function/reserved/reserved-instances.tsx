import { LIMITS } from '@funcgraph/api/limits';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { mutation, query } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { ActionButton } from '../../../parts/action-button.tsx';
import { ConfirmDialog } from '../../../parts/confirm-dialog.tsx';
import { DataTable } from '../../../parts/data-table.tsx';
import { EmptyState } from '../../../parts/empty-state.tsx';
import { MissingServers } from '../../../parts/missing-servers.tsx';
import { useNotices } from '../../../parts/notices.tsx';
import { useUrlState } from '../../../parts/url-state.ts';
import type { ShownFunction } from '../shown-function.ts';
import { ReservedChart } from './reserved-chart.tsx';
import { keyOf, useReservedColumns } from './reserved-columns.tsx';
import { ReservedDialog } from './reserved-dialog.tsx';
import type { Reserved } from './reserved-fields.ts';
import './reserved.css';

const REFRESH_MS = 10_000;
/** Of the concurrency of the account. */
const PERCENT = 100 * LIMITS.reservedShare;

/** Instances of a function that are ready before the first call, by version and alias. */
export function ReservedInstances({ fn }: { fn: ShownFunction }) {
  const { t } = useTexts('functionReserved');
  const [{ reserved: charted }, setUrl] = useUrlState({ reserved: '' });
  const [edited, setEdited] = useState<{ readonly reserved?: Reserved }>();
  const [doomed, setDoomed] = useState<Reserved>();
  const list = useQuery({
    ...query('showReservedInstances', { params: { function_urn: fn.baseUrn } }),
    refetchInterval: REFRESH_MS,
  });
  const rows = list.data?.reserved_instances ?? [];
  const shown = rows.find((row) => keyOf(row) === charted);
  const columns = useReservedColumns({
    charted,
    onChart: (key) => setUrl({ reserved: key === charted ? '' : key }),
    onEdit: (reserved) => setEdited({ reserved }),
    onDelete: setDoomed,
  });
  const add = (
    <ActionButton needs="updateFunctionReservedInstancesCount" type="primary" onClick={() => setEdited({})}>
      {t('add.action')}
    </ActionButton>
  );
  return (
    <section className="reserved" aria-label={t('title')}>
      <header>
        <h2>{t('title')}</h2>
        <p>{t('intro', { percent: PERCENT })}</p>
      </header>
      <MissingServers names={list.data?.unreachable_servers} />
      <DataTable
        query={list}
        rows={rows}
        rowKey={keyOf}
        columns={columns}
        tools={add}
        empty={
          <EmptyState
            title={t('empty.title')}
            text={t('empty.text')}
            action={add}
            command={`fgs reserved set ${fn.name} --count 1`}
          />
        }
      />
      {shown && <ReservedChart key={charted} fn={fn} reserved={shown} />}
      {edited && <ReservedDialog fn={fn} reserved={edited.reserved} onClose={() => setEdited(undefined)} />}
      {doomed && <EndReservation fn={fn} reserved={doomed} onClose={() => setDoomed(undefined)} />}
    </section>
  );
}

function EndReservation({ fn, reserved, onClose }: { fn: ShownFunction; reserved: Reserved; onClose: () => void }) {
  const { t } = useTexts('functionReserved');
  const notices = useNotices();
  const change = useMutation(mutation('updateFunctionReservedInstancesCount'));
  const name = reserved.qualifier_name;
  return (
    <ConfirmDialog
      title={t('remove.title', { name })}
      consequence={t('remove.consequence')}
      isBusy={change.isPending}
      onConfirm={() =>
        change.mutate(
          { params: { function_urn: `${fn.baseUrn}:${keyOf(reserved)}` }, body: { count: 0 } },
          {
            onSuccess: () => notices.success(() => t('remove.done', { name })),
            onError: (error) => notices.failure(() => t('remove.failed', { name }), error),
            onSettled: onClose,
          },
        )
      }
      onCancel={onClose}
    />
  );
}
