import { useQueries } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { query } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { ActionButton } from '../../../parts/action-button.tsx';
import { DataTable } from '../../../parts/data-table.tsx';
import { DeleteDialog } from '../../../parts/delete-dialog.tsx';
import { EmptyState } from '../../../parts/empty-state.tsx';
import type { ShownFunction } from '../shown-function.ts';
import { type DeadLetter, useLetterColumns } from './letter-columns.tsx';
import { LetterDialog } from './letter-dialog.tsx';
import { PurgeLetters } from './purge-letters.tsx';
import { useRedrive } from './use-redrive.ts';

const PAGE = 50;

type Opened = { readonly dialog: 'purge' } | { readonly dialog: 'show' | 'delete'; readonly letter: DeadLetter };

/** Events of the function that failed for good, and results that reached no destination. */
export function DeadLetters({ fn }: { fn: ShownFunction }) {
  const { t } = useTexts('functionAsync');
  const [opened, setOpened] = useState<Opened>();
  const [markers, setMarkers] = useState<readonly string[]>(['']);
  const pages = useQueries({
    queries: markers.map((marker) =>
      query('listDeadLetters', {
        query: { function_urn: fn.baseUrn, limit: String(PAGE), ...(marker === '' ? {} : { marker }) },
      }),
    ),
  });
  const rows = pages.flatMap(({ data }) => data?.dead_letters ?? []);
  const more = pages.at(-1)?.data?.next_marker;
  const { redrive, redriveAll, isBusy } = useRedrive(fn);
  const columns = useLetterColumns({
    onShow: (letter) => setOpened({ dialog: 'show', letter }),
    onRedrive: redrive,
    onDelete: (letter) => setOpened({ dialog: 'delete', letter }),
  });
  const close = () => setOpened(undefined);
  const list = {
    isPending: pages.some(({ isPending }) => isPending),
    isFetching: pages.some(({ isFetching }) => isFetching),
    error: pages.find(({ error }) => error !== null)?.error ?? null,
    refetch: () => Promise.all(pages.map(({ refetch }) => refetch())),
  };
  return (
    <div className="dead-letters">
      <h2>{t('letters.title')}</h2>
      <p className="async-intro">{t('letters.intro')}</p>
      <DataTable
        query={list}
        rows={rows}
        rowKey={({ id }) => id}
        columns={columns}
        tools={
          rows.length > 0 && (
            <>
              <ActionButton needs="redriveFunctionDeadLetters" loading={isBusy} onClick={redriveAll}>
                {t('letters.redriveAll')}
              </ActionButton>
              <ActionButton needs="deleteFunctionDeadLetters" danger onClick={() => setOpened({ dialog: 'purge' })}>
                {t('letters.purge.action')}
              </ActionButton>
            </>
          )
        }
        empty={
          <EmptyState
            title={t('letters.empty.title')}
            text={t('letters.empty.text')}
            command={`fgs dead-letters list --function ${fn.name}`}
          />
        }
      />
      {more !== undefined && (
        <Button className="dead-letters-more" onClick={() => setMarkers([...markers, more])}>
          {t('letters.more')}
        </Button>
      )}
      {opened?.dialog === 'show' && <LetterDialog letter={opened.letter} onClose={close} />}
      {opened?.dialog === 'delete' && (
        <DeleteDialog
          route="deleteDeadLetter"
          input={{ params: { letter_id: opened.letter.id } }}
          title={t('letters.remove.title')}
          consequence={t('letters.remove.consequence')}
          done={() => t('letters.remove.done')}
          failed={() => t('letters.remove.failed')}
          onClose={close}
        />
      )}
      {opened?.dialog === 'purge' && <PurgeLetters fn={fn} onClose={close} />}
    </div>
  );
}
