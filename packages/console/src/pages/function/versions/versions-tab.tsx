import { LIMITS } from '@funcgraph/api/limits';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTexts } from '../../../i18n/index.ts';
import { ActionButton } from '../../../parts/action-button.tsx';
import { DataTable } from '../../../parts/data-table.tsx';
import { useUrlState } from '../../../parts/url-state.ts';
import type { TabProps } from '../shown-function.ts';
import { CompareVersions } from './compare-versions.tsx';
import { DeleteVersion } from './delete-version.tsx';
import { PublishVersion } from './publish-version.tsx';
import { movableAliases } from './roll-back.ts';
import { RollBackDialog } from './roll-back-dialog.tsx';
import { useVersionColumns } from './version-columns.tsx';
import { LATEST, useAliases, useVersions } from './version-list.ts';
import './versions-tab.css';

export function Tab({ fn }: TabProps) {
  const { t } = useTexts('functionVersions');
  const [{ before, after }, setUrl] = useUrlState({ before: '', after: '', version: LATEST });
  const [isPublishing, setPublishing] = useState(false);
  const [backTo, setBackTo] = useState<string>();
  const [doomed, setDoomed] = useState<string>();
  const navigate = useNavigate();
  const list = useVersions(fn);
  const { data: aliases = [] } = useAliases(fn);
  const rows = list.data?.versions ?? [];
  const names = rows.map(({ version }) => version);
  const published = names.filter((name) => name !== LATEST);
  const show = (version: string) => setUrl({ version }, { push: true });
  const columns = useVersionColumns({
    aliases,
    shown: fn.config.version,
    canCompare: names.length > 1,
    onShow: show,
    // latest is compared with what was published last, a version with latest
    onCompare: (version) => setUrl({ before: version === LATEST ? (published[0] ?? '') : version, after: LATEST }),
    onRollBack: setBackTo,
    onDelete: setDoomed,
  });
  const isFull = published.length >= LIMITS.versionsPerFunction;

  return (
    <>
      <DataTable
        query={list}
        rows={rows}
        rowKey={({ version }) => version}
        columns={columns}
        tools={
          <>
            <ActionButton
              needs="createFunctionVersion"
              type="primary"
              disabled={isFull}
              onClick={() => setPublishing(true)}
            >
              {t('publish.action')}
            </ActionButton>
            <span className="versions-count">
              {t(isFull ? 'full' : 'count', { count: published.length, most: LIMITS.versionsPerFunction })}
            </span>
          </>
        }
        empty={null}
      />
      {isPublishing && <PublishVersion fn={fn} onPublished={show} onClose={() => setPublishing(false)} />}
      {backTo && (
        <RollBackDialog
          fn={fn}
          version={backTo}
          aliases={movableAliases(aliases, backTo)}
          onClose={() => setBackTo(undefined)}
        />
      )}
      {doomed && (
        <DeleteVersion
          fn={fn}
          version={doomed}
          aliases={aliases.filter(({ version }) => version === doomed).map(({ name }) => name)}
          onDone={async () => {
            if (fn.config.version !== doomed) return;
            await navigate({ to: '.', search: (search: object) => ({ ...search, version: undefined }) as never });
          }}
          onClose={() => setDoomed(undefined)}
        />
      )}
      {names.includes(before) && names.includes(after) && (
        <CompareVersions
          fn={fn}
          versions={names}
          before={before}
          after={after}
          onChoose={(one, other) => setUrl({ before: one, after: other })}
          onClose={() => setUrl({ before: '', after: '' })}
        />
      )}
    </>
  );
}
