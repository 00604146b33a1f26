import BuildOutlined from '@ant-design/icons/es/icons/BuildOutlined';
import { useQuery } from '@tanstack/react-query';
import { Button, Segmented } from 'antd';
import { useState } from 'react';
import { query, useMissingRight } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { ActionButton } from '../../../parts/action-button.tsx';
import { DeleteDialog } from '../../../parts/delete-dialog.tsx';
import { EmptyState } from '../../../parts/empty-state.tsx';
import { ResourceList } from '../../../parts/resource-list.tsx';
import { useUrlState } from '../../../parts/url-state.ts';
import '../platform.css';
import { ShareDialog } from '../shares/share-dialog.tsx';
import { useImageColumns } from './image-columns.tsx';
import { type ImageRow, imageRows } from './image-rows.ts';
import { PullImage } from './pull-image.tsx';

const LOAD = 'fgs images load app.tar';
const KINDS = ['all', 'own', 'shared'] as const;

export function Page() {
  const { t } = useTexts('images');
  const [{ kind }, setUrl] = useUrlState({ kind: 'all', page: 1 });
  const [isPulling, setPulling] = useState(false);
  const [shared, setShared] = useState<ImageRow>();
  const [doomed, setDoomed] = useState<ImageRow>();
  const list = useQuery(query('listImages'));
  const shares = useQuery({ ...query('listShares'), enabled: useMissingRight('listShares') === undefined });
  const columns = useImageColumns({ onShare: setShared, onDelete: setDoomed });
  const shown = KINDS.find((each) => each === kind) ?? 'all';
  const rows = imageRows(list.data?.images ?? [], shares.data?.shares ?? []).filter(
    ({ sharedWith }) => shown === 'all' || sharedWith.length > 0 === (shown === 'shared'),
  );
  const pull = (
    <ActionButton needs="pullImage" type="primary" onClick={() => setPulling(true)}>
      {t('pull.action')}
    </ActionButton>
  );
  return (
    <>
      <ResourceList
        title={t('title')}
        intro={t('intro')}
        actions={pull}
        query={list}
        rows={rows}
        rowKey={({ id, name }) => `${id} ${name}`}
        search={t('search')}
        textOf={({ name, id }) => `${name} ${id}`}
        tools={
          <Segmented
            aria-label={t('kind.label')}
            value={shown}
            options={KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))}
            onChange={(value) => setUrl({ kind: value, page: 1 })}
          />
        }
        empty={
          <EmptyState
            icon={<BuildOutlined />}
            title={t(shown === 'all' ? 'empty.title' : 'empty.none')}
            text={t('empty.text')}
            command={LOAD}
            action={shown === 'all' ? pull : <Button onClick={() => setUrl({ kind: 'all' })}>{t('empty.all')}</Button>}
          />
        }
        columns={columns}
      />
      {isPulling && <PullImage onClose={() => setPulling(false)} />}
      {shared && <ShareDialog kind="image" name={shared.repository} onClose={() => setShared(undefined)} />}
      {doomed && (
        <DeleteDialog
          route="removeImage"
          input={{ query: { reference: doomed.name || doomed.id } }}
          title={t('remove.title', { name: doomed.name || doomed.id })}
          consequence={t('remove.consequence')}
          done={() => t('remove.done', { name: doomed.name || doomed.id })}
          failed={() => t('remove.failed', { name: doomed.name || doomed.id })}
          onClose={() => setDoomed(undefined)}
        />
      )}
    </>
  );
}
