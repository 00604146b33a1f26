import { useParams } from '@tanstack/react-router';
import { Skeleton, Tabs } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTexts } from '../../i18n/index.ts';
import { ErrorView } from '../../parts/error-view.tsx';
import { loadModule } from '../../parts/load-again.ts';
import { PageHeader } from '../../parts/page-header.tsx';
import { useShortcut } from '../../parts/shortcuts/index.ts';
import { useUrlState } from '../../parts/url-state.ts';
import { FunctionHeader } from './header/function-header.tsx';
import { VersionNote } from './header/version-note.tsx';
import { useShownFunction } from './shown-function.ts';
import { TABS } from './tabs.ts';

export function Page() {
  const { name = '' } = useParams({ strict: false });
  const { t } = useTexts('functionPage');
  const [{ app, version, tab }, setUrl] = useUrlState({ app: 'default', version: 'latest', tab: 'code' });
  const { fn, error, refetch } = useShownFunction({ name, app, version });
  // a tab is loaded when it is first opened
  const [tabs] = useState(() => TABS.map(({ key, load }) => ({ key, Tab: lazy(() => loadModule(load)) })));

  if (fn === undefined) {
    return (
      <>
        <PageHeader title={name} />
        {error === null ? <Skeleton active /> : <ErrorView error={error} onRetry={refetch} />}
      </>
    );
  }
  const active = tabs.some(({ key }) => key === tab) ? tab : 'code';
  return (
    // what was written on a page of one version does not belong to another one
    <div key={fn.urn} className="function-page">
      <FunctionHeader fn={fn} onVersion={(next) => setUrl({ version: next }, { push: true })} />
      {fn.isReadOnly && <VersionNote fn={fn} onLatest={() => setUrl({ version: 'latest' }, { push: true })} />}
      {tabs.map(({ key }, at) => (
        <TabKey
          key={key}
          digit={String(at + 1)}
          label={t(`tabs.${key}`)}
          onPress={() => setUrl({ tab: key }, { push: true })}
        />
      ))}
      <Tabs
        activeKey={active}
        onChange={(next) => setUrl({ tab: next }, { push: true })}
        items={tabs.map(({ key, Tab }) => ({
          key,
          label: t(`tabs.${key}`),
          children: (
            <Suspense fallback={<Skeleton active />}>
              <Tab fn={fn} />
            </Suspense>
          ),
        }))}
      />
    </div>
  );
}

/** A digit opens a tab. */
function TabKey({ digit, label, onPress }: { digit: string; label: string; onPress: () => void }) {
  useShortcut(digit, label, onPress);
  return null;
}
