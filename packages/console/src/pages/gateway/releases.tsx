import { useQuery } from '@tanstack/react-query';
import { Select, Space, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { DeleteDialog } from '../../parts/delete-dialog.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Moment } from '../../parts/moment.tsx';
import { RowAction } from '../../parts/row-action.tsx';
import { Status } from '../../parts/status.tsx';
import { useUrlState } from '../../parts/url-state.ts';
import { ApiRequest, BackendName } from './api-text.tsx';
import type { Api, Group, Release } from './definition.ts';
import { PublishApi } from './publish-api.tsx';

/** The history of an API in a stage. */
export function Releases({ group, api }: { group: Group; api: Api }) {
  const { t } = useTexts('gateway');
  const [{ stage }, setUrl] = useUrlState({ stage: 'RELEASE' });
  const [again, setAgain] = useState<Release>();
  const [isEnding, setEnding] = useState(false);
  const stages = useQuery(query('listGatewayStages', { params: { group_id: group.id } }));
  const params = { group_id: group.id, api_id: api.id, stage };
  const list = useQuery(query('listGatewayReleases', { params }));
  const columns = useColumns({ onAgain: setAgain, onEnd: () => setEnding(true) });
  const tools = (
    <Select
      aria-label={t('publish.stage')}
      value={stage}
      options={(stages.data?.stages ?? []).map(({ name }) => ({ value: name }))}
      style={{ width: 200 }}
      onChange={(next) => setUrl({ stage: next })}
    />
  );
  return (
    <>
      <div className="section-title">
        <h2>{t('releases.title')}</h2>
      </div>
      <DataTable
        query={list}
        rows={list.data?.releases ?? []}
        rowKey={(one) => String(one.release)}
        columns={columns}
        tools={tools}
        empty={
          <>
            <div className="table-tools is-alone">{tools}</div>
            <EmptyState title={t('releases.emptyTitle')} text={t('releases.emptyText')} />
          </>
        }
      />
      {again && <PublishApi group={group} api={api} from={again} onClose={() => setAgain(undefined)} />}
      {isEnding && (
        <DeleteDialog
          route="unpublishGatewayApi"
          input={{ params }}
          title={t('releases.endTitle', { stage })}
          consequence={t('releases.endConsequence')}
          done={() => t('releases.ended', { stage })}
          failed={() => t('releases.endFailed', { stage })}
          onClose={() => setEnding(false)}
        />
      )}
    </>
  );
}

interface RowActions {
  readonly onAgain: (release: Release) => void;
  readonly onEnd: () => void;
}

function useColumns({ onAgain, onEnd }: RowActions): TableColumnsType<Release> {
  const { t } = useTexts('gateway');
  return [
    { title: t('releases.release'), dataIndex: 'release', fixed: 'left' },
    {
      title: t('releases.state'),
      dataIndex: 'live',
      render: (live: boolean) => (
        <Status kind={live ? 'good' : 'off'}>{t(live ? 'releases.live' : 'releases.past')}</Status>
      ),
    },
    { title: t('apis.request'), dataIndex: 'definition', render: (api: Api) => <ApiRequest api={api} /> },
    {
      title: t('apis.backend'),
      key: 'backend',
      render: (_, { definition }) => <BackendName urn={definition.backend_urn} />,
    },
    {
      title: t('description'),
      dataIndex: 'description',
      render: (text: string) => <span className="cut-text">{text || '–'}</span>,
    },
    { title: t('releases.by'), dataIndex: 'published_by' },
    { title: t('releases.at'), dataIndex: 'published_time', render: (at: string) => <Moment at={at} /> },
    {
      title: t('actions'),
      key: 'actions',
      fixed: 'right',
      render: (_, release) => (
        <Space size={16}>
          {release.live ? (
            <RowAction needs="unpublishGatewayApi" text={t('releases.end')} onClick={onEnd} />
          ) : (
            <RowAction needs="publishGatewayApi" text={t('releases.again')} onClick={() => onAgain(release)} />
          )}
        </Space>
      ),
    },
  ];
}
