import type { RouteResponse, Routes } from '@funcgraph/api';
import { Link } from '@tanstack/react-router';
import type { TableColumnsType } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { Moment } from '../../../parts/moment.tsx';
import { RowAction } from '../../../parts/row-action.tsx';
import '../identity.css';

/** How the API names the service that functions belong to. */
const FUNCTION_SERVICE = 'op_svc_cff';

export type Agency = RouteResponse<Routes['listAgencies']>['agencies'][number];

/** When an agency ends, if ever. */
export function AgencyEnd({ of: { expire_time } }: { of: Agency }) {
  const { t } = useTexts('agencies');
  return expire_time === null ? t('duration.FOREVER') : <Moment at={expire_time} />;
}

/** FunctionGraph, or the account whose users may act with the agency. */
export function AgencyTrust({ of: { trust_domain_name: name } }: { of: Agency }) {
  const { t } = useTexts('agencies');
  return name === FUNCTION_SERVICE ? 'FunctionGraph' : `${t('kinds.account')} ${name}`;
}

export function useAgencyColumns({ onDelete }: { onDelete: (agency: Agency) => void }): TableColumnsType<Agency> {
  const { t } = useTexts('agencies');
  const { t: of } = useTexts('identity');
  return [
    {
      title: t('columns.name'),
      dataIndex: 'name',
      fixed: 'left',
      render: (name: string, { id }) => (
        <Link to="/agencies/$agency" params={{ agency: id }}>
          {name}
        </Link>
      ),
    },
    { title: t('columns.trusts'), key: 'trusts', render: (_, agency) => <AgencyTrust of={agency} /> },
    { title: t('columns.ends'), key: 'ends', render: (_, agency) => <AgencyEnd of={agency} /> },
    {
      title: of('description'),
      dataIndex: 'description',
      render: (text: string) => <span className="identity-text">{text || '–'}</span>,
    },
    { title: of('created'), dataIndex: 'create_time', render: (at: string) => <Moment at={at} /> },
    {
      title: of('actions'),
      key: 'actions',
      fixed: 'right',
      render: (_, agency) => <RowAction needs="deleteAgency" text={of('remove')} onClick={() => onDelete(agency)} />,
    },
  ];
}
