import { Grid, Skeleton, Tabs } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTexts } from '../../../i18n/index.ts';
import { LeaveGuard } from '../../../parts/leave-guard.tsx';
import { loadModule } from '../../../parts/load-again.ts';
import { useUrlState } from '../../../parts/url-state.ts';
import type { TabProps } from '../shown-function.ts';
import { SECTIONS, type SectionKey } from './sections.ts';
import './settings.css';

const NONE: ReadonlySet<SectionKey> = new Set();

/** All settings of a function by section. A section keeps what was written in it while others are shown. */
export function Tab({ fn }: TabProps) {
  const { t } = useTexts('functionSettings');
  const [{ section }, setUrl] = useUrlState({ section: 'general' });
  const [unsaved, setUnsaved] = useState(NONE);
  const isWide = Grid.useBreakpoint().md !== false;
  const [sections] = useState(() =>
    SECTIONS.map(({ key, load }) => ({
      key,
      Section: lazy(() => loadModule(load)),
      setUnsaved: (is: boolean) =>
        setUnsaved((before) => {
          if (before.has(key) === is) return before;
          const after = new Set(before);
          if (is) after.add(key);
          else after.delete(key);
          return after;
        }),
    })),
  );
  const active = sections.some(({ key }) => key === section) ? section : 'general';
  const names = SECTIONS.filter(({ key }) => unsaved.has(key)).map(({ key }) => t(`sections.${key}`));
  return (
    <>
      <Tabs
        className="settings"
        tabPlacement={isWide ? 'start' : 'top'}
        activeKey={active}
        onChange={(next) => setUrl({ section: next }, { push: true })}
        items={sections.map(({ key, Section, setUnsaved: set }) => ({
          key,
          label: (
            <>
              {t(`sections.${key}`)}
              {unsaved.has(key) && <span className="settings-unsaved" role="img" aria-label={t('unsaved')} />}
            </>
          ),
          children: (
            <Suspense fallback={<Skeleton active />}>
              <Section fn={fn} setUnsaved={set} />
            </Suspense>
          ),
        }))}
      />
      <LeaveGuard
        isUnsaved={names.length > 0}
        title={t('leave.title')}
        consequence={t('leave.text', { sections: names.join(t('leave.and')) })}
        leavingFields={['version', 'app']}
      />
    </>
  );
}
