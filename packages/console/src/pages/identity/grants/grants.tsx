import type { RouteResponse, Routes } from '@funcgraph/api';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { query, useSession } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { ActionButton } from '../../../parts/action-button.tsx';
import { DataTable } from '../../../parts/data-table.tsx';
import { DeleteDialog } from '../../../parts/delete-dialog.tsx';
import { EmptyState } from '../../../parts/empty-state.tsx';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { RowAction } from '../../../parts/row-action.tsx';
import { Section } from '../section.tsx';
import { PoliciesField } from './policies-field.tsx';
import { ScopeFields } from './scope-fields.tsx';
import { type Holder, type ScopeChoice, useGrant } from './use-grant.ts';

type Grant = RouteResponse<Routes['listGrants']>['grants'][number];

interface GrantsProps {
  readonly holder: Holder;
  readonly name: string;
  /** Flag of `fgs iam policies grant`. */
  readonly flag: 'group' | 'agency';
}

const keyOf = ({ role_id, project_id = '', enterprise_project_id = '' }: Grant) =>
  `${role_id} ${project_id} ${enterprise_project_id}`;

/** Policies of a group or an agency, and where they count. */
export function Grants({ holder, name, flag }: GrantsProps) {
  const { t } = useTexts('identity');
  const [isGranting, setGranting] = useState(false);
  const [withdrawn, setWithdrawn] = useState<Grant>();
  const list = useQuery(query('listGrants', { query: holder }));
  const placeOf = usePlaces();
  const grant = (
    <ActionButton needs="createGrant" onClick={() => setGranting(true)}>
      {t('grants.action')}
    </ActionButton>
  );
  return (
    <Section title={t('grants.title')} action={grant}>
      <DataTable
        tools={false}
        query={list}
        rows={list.data?.grants ?? []}
        rowKey={keyOf}
        columns={[
          { title: t('grants.policy'), dataIndex: 'role_name' },
          { title: t('grants.scope'), key: 'scope', render: (_, grant) => placeOf(grant) },
          {
            title: t('actions'),
            key: 'actions',
            render: (_, grant) => (
              <RowAction needs="deleteGrant" text={t('grants.withdraw')} onClick={() => setWithdrawn(grant)} />
            ),
          },
        ]}
        empty={
          <EmptyState
            title={t('grants.none')}
            text={t('grants.noneText')}
            action={grant}
            command={`fgs iam policies grant 'FunctionGraph ReadOnlyAccess' --${flag} ${name}`}
          />
        }
      />
      {isGranting && <GrantDialog holder={holder} name={name} onClose={() => setGranting(false)} />}
      {withdrawn && (
        <DeleteDialog
          route="deleteGrant"
          input={{ body: bodyOf(withdrawn) }}
          title={t('grants.withdrawTitle', { policy: withdrawn.role_name, name })}
          consequence={t('grants.withdrawText')}
          done={() => t('grants.withdrawn', { policy: withdrawn.role_name })}
          failed={() => t('grants.withdrawFailed', { policy: withdrawn.role_name })}
          onClose={() => setWithdrawn(undefined)}
        />
      )}
    </Section>
  );
}

const bodyOf = ({ role_name: _, scope: __, ...grant }: Grant) => grant;

/** Where a grant counts, by the names of projects. */
function usePlaces(): (grant: Grant) => string {
  const { t } = useTexts('identity');
  const { projects } = useSession();
  const enterprise = useQuery(query('listEnterpriseProjects'));
  const known = [...projects, ...(enterprise.data?.enterprise_projects ?? [])];
  const nameOf = (id: string) => known.find((project) => project.id === id)?.name ?? id;
  return ({ scope, project_id, enterprise_project_id }) => {
    const id = project_id ?? enterprise_project_id;
    return id === undefined ? t(`grants.scopes.${scope}`) : `${t(`grants.scopes.${scope}`)} ${nameOf(id)}`;
  };
}

type Fields = ScopeChoice & { readonly policies: string[] };

function GrantDialog({ holder, name, onClose }: { holder: Holder; name: string; onClose: () => void }) {
  const { t } = useTexts('identity');
  const { grant, isBusy } = useGrant();
  const submit = async ({ policies, ...scope }: Fields) => {
    if (await grant(holder, policies, scope)) onClose();
  };
  return (
    <FormDialog<Fields>
      title={t('grants.titleFor', { name })}
      initialValues={{ scope: 'domain' }}
      isBusy={isBusy}
      onSubmit={submit}
      onClose={onClose}
    >
      <PoliciesField isRequired />
      <ScopeFields />
    </FormDialog>
  );
}
