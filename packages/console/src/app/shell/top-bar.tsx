import DownOutlined from '@ant-design/icons/es/icons/DownOutlined';
import MenuOutlined from '@ant-design/icons/es/icons/MenuOutlined';
import QuestionCircleOutlined from '@ant-design/icons/es/icons/QuestionCircleOutlined';
import { Button, Dropdown } from 'antd';
import { Suspense, useState } from 'react';
import { chooseProject, useSession } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { lazyPart } from '../../parts/load-again.ts';
import { useShortcut } from '../../parts/shortcuts/index.ts';
import { AccountMenu } from './account-menu.tsx';
import { LanguageMenu, ThemeMenu, TimesMenu } from './preference-menus.tsx';

/** The project that all pages are about, and the others of the user. */
function ProjectMenu() {
  const { t } = useTexts();
  const { projects, project_id } = useSession();
  const name = (
    <span>
      {t('project')} <b>{projects.find(({ id }) => id === project_id)?.name ?? '–'}</b>
    </span>
  );
  if (projects.length < 2) return name;
  const items = projects.map(({ id, name }) => ({ key: id, label: name, onClick: () => chooseProject(id) }));
  return (
    <Dropdown menu={{ items, selectable: true, selectedKeys: [project_id] }} trigger={['click']}>
      <Button type="text" icon={<DownOutlined />} iconPlacement="end">
        {name}
      </Button>
    </Dropdown>
  );
}

const ShortcutSheet = lazyPart(async () => (await import('./shortcut-sheet.tsx')).ShortcutSheet);

export function TopBar({ onMenu, isMenuOpen }: { onMenu: () => void; isMenuOpen: boolean }) {
  const { t } = useTexts();
  const { region } = useSession();
  const [isSheetOpen, setSheetOpen] = useState(false);
  useShortcut('?', t('shortcuts.title'), () => setSheetOpen(true));
  return (
    <header className="top-bar">
      <Button
        className="menu-button"
        type="text"
        icon={<MenuOutlined />}
        aria-label={t(isMenuOpen ? 'navigation.collapse' : 'navigation.expand')}
        aria-expanded={isMenuOpen}
        onClick={onMenu}
      />
      <span className="top-bar-place">
        <span>
          {t('region')} <b>{region}</b>
        </span>
        <ProjectMenu />
      </span>
      <LanguageMenu />
      <ThemeMenu />
      <TimesMenu />
      <Button
        type="text"
        icon={<QuestionCircleOutlined />}
        aria-label={t('shortcuts.title')}
        title={t('shortcuts.title')}
        onClick={() => setSheetOpen(true)}
      />
      <AccountMenu />
      {isSheetOpen && (
        <Suspense fallback={null}>
          <ShortcutSheet onClose={() => setSheetOpen(false)} />
        </Suspense>
      )}
    </header>
  );
}
