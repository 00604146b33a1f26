import { Tabs } from 'antd';
import { useTexts } from '../../i18n/index.ts';
import { PageHeader } from '../../parts/page-header.tsx';
import { useUrlState } from '../../parts/url-state.ts';
import { Apps } from './apps.tsx';
import { Groups } from './groups.tsx';

export function Page() {
  const { t } = useTexts('gateway');
  const [{ tab }, setUrl] = useUrlState({ tab: 'groups' });
  return (
    <>
      <PageHeader title={t('title')} intro={t('intro')} />
      <Tabs
        activeKey={tab === 'apps' ? 'apps' : 'groups'}
        onChange={(next) => setUrl({ tab: next }, { push: true })}
        items={[
          { key: 'groups', label: t('groups.title'), children: <Groups /> },
          { key: 'apps', label: t('apps.title'), children: <Apps /> },
        ]}
      />
    </>
  );
}
