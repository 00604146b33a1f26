import ThunderboltOutlined from '@ant-design/icons/es/icons/ThunderboltOutlined';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { TableColumnsType } from 'antd';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { useUrlState } from '../../parts/url-state.ts';
import { ApiRequest, BackendName } from './api-text.tsx';
import { splitBackend, type TriggerApi } from './definition.ts';

const CREATE = 'fgs triggers create hello --type APIG --path /hello';

/** APIs that triggers of functions and flows make. They are changed there, so this list only shows them. */
export function TriggerApis() {
  const { t } = useTexts('gateway');
  const [{ page, size }, setUrl] = useUrlState({ page: 1, size: 20 });
  const list = useQuery({
    ...query('listGatewayTriggerApis', { query: { marker: String((page - 1) * size), limit: String(size) } }),
    placeholderData: keepPreviousData,
  });
  const columns = useColumns();
  return (
    <DataTable
      query={list}
      rows={list.data?.apis ?? []}
      rowKey={(api) => api.trigger_id}
      columns={columns}
      tools={<span className="table-note">{t('triggers.note')}</span>}
      empty={
        <EmptyState
          icon={<ThunderboltOutlined />}
          title={t('triggers.emptyTitle')}
          text={t('triggers.emptyText')}
          command={CREATE}
        />
      }
      paging={{
        page,
        size,
        total: list.data?.count ?? 0,
        onChange: (nextPage, nextSize) => setUrl({ page: nextSize === size ? nextPage : 1, size: nextSize }),
      }}
    />
  );
}

function useColumns(): TableColumnsType<TriggerApi> {
  const { t } = useTexts('gateway');
  return [
    {
      title: t('apis.name'),
      dataIndex: 'name',
      fixed: 'left',
      render: (_, api) => <Owner api={api} text={api.name} />,
    },
    { title: t('apis.request'), key: 'request', render: (_, api) => <ApiRequest api={api} /> },
    {
      title: t('apis.urls'),
      dataIndex: 'invoke_url',
      render: (url: string) => <CopyButton text={url} label={t('triggers.copy', { text: url })} />,
    },
    { title: t('stages.name'), dataIndex: 'stage' },
    { title: t('apis.auth'), dataIndex: 'auth' },
    { title: t('apis.backend'), dataIndex: 'backend_urn', render: (urn: string) => <BackendName urn={urn} /> },
  ];
}

/** Leads to where the trigger can be changed. */
function Owner({ api: { flow_id: flow, backend_urn }, text }: { api: TriggerApi; text: string }) {
  if (flow !== undefined)
    return (
      <Link to="/flows/$flow" params={{ flow }}>
        {text}
      </Link>
    );
  const { urn, version } = splitBackend(backend_urn);
  const [app = 'default', name = ''] = urn.split(':').slice(-2);
  const search = {
    ...(app === 'default' ? {} : { app }),
    ...(version === 'latest' ? {} : { version }),
    ...{ tab: 'settings', section: 'triggers' },
  };
  return (
    <Link to="/functions/$name" params={{ name }} search={search as never}>
      {text}
    </Link>
  );
}
