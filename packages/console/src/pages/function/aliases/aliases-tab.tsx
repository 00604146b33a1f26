import { LIMITS } from '@funcgraph/api/limits';
import { useState } from 'react';
import { useTexts } from '../../../i18n/index.ts';
import { ActionButton } from '../../../parts/action-button.tsx';
import { DataTable } from '../../../parts/data-table.tsx';
import { EmptyState } from '../../../parts/empty-state.tsx';
import { useUrlState } from '../../../parts/url-state.ts';
import type { TabProps } from '../shown-function.ts';
import { type Alias, LATEST, useAliases, useVersions } from '../versions/version-list.ts';
import { useAliasColumns } from './alias-columns.tsx';
import { AliasDialog } from './alias-dialog.tsx';
import './aliases-tab.css';
import { DeleteAlias } from './delete-alias.tsx';

export function Tab({ fn }: TabProps) {
  const { t } = useTexts('functionAliases');
  const [, setUrl] = useUrlState({ version: LATEST });
  const [edited, setEdited] = useState<{ readonly alias?: Alias }>();
  const [doomed, setDoomed] = useState<Alias>();
  const list = useAliases(fn);
  const versions = useVersions(fn);
  const rows = list.data ?? [];
  const isFull = rows.length >= LIMITS.aliasesPerFunction;
  const columns = useAliasColumns({
    shown: fn.chosen,
    onShow: (name) => setUrl({ version: `!${name}` }, { push: true }),
    onEdit: (alias) => setEdited({ alias }),
    onDelete: setDoomed,
  });
  const create = (
    <ActionButton needs="createVersionAlias" type="primary" disabled={isFull} onClick={() => setEdited({})}>
      {t('create.action')}
    </ActionButton>
  );
  return (
    <>
      <DataTable
        query={list}
        rows={rows}
        rowKey={({ name }) => name}
        columns={columns}
        tools={
          <>
            {create}
            <span className="aliases-count">
              {t(isFull ? 'full' : 'count', { count: rows.length, most: LIMITS.aliasesPerFunction })}
            </span>
          </>
        }
        empty={
          <EmptyState
            title={t('empty.title')}
            text={t('empty.text')}
            action={create}
            command={`fgs aliases create ${fn.name} live --version latest`}
          />
        }
      />
      {edited && (
        <AliasDialog
          fn={fn}
          versions={(versions.data?.versions ?? []).map(({ version }) => version)}
          alias={edited.alias}
          onClose={() => setEdited(undefined)}
        />
      )}
      {doomed && <DeleteAlias fn={fn} name={doomed.name} onClose={() => setDoomed(undefined)} />}
    </>
  );
}
