import ClusterOutlined from '@ant-design/icons/es/icons/ClusterOutlined';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { query } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { Command } from '../../../parts/command.tsx';
import { ConfirmDialog } from '../../../parts/confirm-dialog.tsx';
import { DataTable } from '../../../parts/data-table.tsx';
import { DeleteDialog } from '../../../parts/delete-dialog.tsx';
import { EmptyState } from '../../../parts/empty-state.tsx';
import { MissingServers } from '../../../parts/missing-servers.tsx';
import { PageHeader } from '../../../parts/page-header.tsx';
import { useChange } from '../../../parts/use-change.ts';
import '../platform.css';
import { useServerColumns } from './server-columns.tsx';
import { isAlone, type Server, unanswered } from './servers.ts';

const REFRESH_MS = 5_000;
type Question = { readonly kind: 'drain' | 'remove'; readonly server: Server };

/** The servers that share a database: what each does, and which of them are in service. */
export function Page() {
  const { t } = useTexts('cluster');
  const [question, setQuestion] = useState<Question>();
  const servers = useQuery({ ...query('listClusterNodes'), refetchInterval: REFRESH_MS });
  const drain = useChange('drainClusterNode', ['listClusterNodes']);
  const undrain = useChange('undrainClusterNode', ['listClusterNodes']);
  const rows = servers.data?.nodes ?? [];
  const columns = useServerColumns({
    hasOthers: !isAlone(rows),
    onDrain: (server) => setQuestion({ kind: 'drain', server }),
    onRemove: (server) => setQuestion({ kind: 'remove', server }),
    onUndrain: ({ id, name }) =>
      void undrain.send(
        { params: { server: id } },
        { done: () => t('undrain.done', { name }), failed: () => t('undrain.failed', { name }) },
      ),
  });
  const close = () => setQuestion(undefined);
  const confirmDrain = async ({ id, name }: Server) => {
    const texts = { done: () => t('drain.done', { name }), failed: () => t('drain.failed', { name }) };
    await drain.send({ params: { server: id } }, texts);
    close();
  };
  return (
    <>
      <PageHeader title={t('title')} intro={t('intro')} actions={<Command line="fgs cluster status" />} />
      <MissingServers names={unanswered(rows)} />
      <DataTable query={servers} rows={rows} rowKey={({ id }) => id} columns={columns} empty={null} />
      {isAlone(rows) && (
        <EmptyState
          icon={<ClusterOutlined />}
          title={t('alone.title')}
          text={t('alone.text')}
          command="fgs cluster token"
        />
      )}
      {question?.kind === 'drain' && (
        <ConfirmDialog
          title={t('drain.title', { name: question.server.name })}
          consequence={t('drain.consequence')}
          isBusy={drain.isBusy}
          onConfirm={() => void confirmDrain(question.server)}
          onCancel={close}
        />
      )}
      {question?.kind === 'remove' && (
        <DeleteDialog
          route="removeClusterNode"
          input={{ params: { server: question.server.id } }}
          title={t('remove.title', { name: question.server.name })}
          consequence={t(question.server.live ? 'remove.ofLive' : 'remove.ofGone')}
          done={() => t('remove.done', { name: question.server.name })}
          failed={() => t('remove.failed', { name: question.server.name })}
          onClose={close}
        />
      )}
    </>
  );
}
