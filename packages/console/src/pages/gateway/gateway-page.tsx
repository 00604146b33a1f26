import { Tabs } from 'antd';
import { useTexts } from '../../i18n/index.ts';
import { PageHeader } from '../../parts/page-header.tsx';
import { useUrlState } from '../../parts/url-state.ts';
import { AccessLog } from './access-log.tsx';
import { Apps } from './apps.tsx';
import { Groups } from './groups.tsx';
import { TriggerApis } from './trigger-apis.tsx';

const TABS = ['groups', 'triggers', 'apps', 'access'];

export function Page() {
  const { t } = useTexts('gateway');
  const [{ tab }, setUrl] = useUrlState({ tab: 'groups' });
  return (
    <>
      <PageHeader title={t('title')} intro={t('intro')} />
      <Tabs
        activeKey={TABS.includes(tab) ? tab : 'groups'}
        onChange={(next) => setUrl({ tab: next }, { push: true })}
        items={[
          { key: 'groups', label: t('groups.title'), children: <Groups /> },
          { key: 'triggers', label: t('triggers.title'), children: <TriggerApis /> },
          { key: 'apps', label: t('apps.title'), children: <Apps /> },
          { key: 'access', label: t('access.title'), children: <AccessLog /> },
        ]}
      />
    </>
  );
}
