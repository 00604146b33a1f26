import GlobalOutlined from '@ant-design/icons/es/icons/GlobalOutlined';
import MenuOutlined from '@ant-design/icons/es/icons/MenuOutlined';
import MoonOutlined from '@ant-design/icons/es/icons/MoonOutlined';
import UserOutlined from '@ant-design/icons/es/icons/UserOutlined';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Button, Dropdown } from 'antd';
import { signOut, useSession } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { LANGUAGES, prefer, THEMES, usePreferences } from '../../preferences/index.ts';

function LanguageMenu() {
  const { t } = useTexts();
  const language = usePreferences((preferences) => preferences.language);
  const items = LANGUAGES.map((key) => ({
    key,
    label: <span lang={key}>{t(`language.${key}`)}</span>,
    onClick: () => prefer({ language: key }),
  }));
  return (
    <Dropdown menu={{ items, selectable: true, selectedKeys: [language] }} trigger={['click']}>
      <Button type="text" icon={<GlobalOutlined />} aria-label={t('language.label')} />
    </Dropdown>
  );
}

function ThemeMenu() {
  const { t } = useTexts();
  const theme = usePreferences((preferences) => preferences.theme);
  const items = THEMES.map((key) => ({ key, label: t(`theme.${key}`), onClick: () => prefer({ theme: key }) }));
  return (
    <Dropdown menu={{ items, selectable: true, selectedKeys: [theme] }} trigger={['click']}>
      <Button type="text" icon={<MoonOutlined />} aria-label={t('theme.label')} />
    </Dropdown>
  );
}

function AccountMenu() {
  const { t } = useTexts();
  const { user } = useSession();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const leave = async () => {
    await signOut(queries);
    await navigate({ to: '/sign-in' });
  };
  const items = [{ key: 'sign-out', label: t('account.signOut'), onClick: () => void leave() }];
  return (
    <Dropdown menu={{ items }} trigger={['click']}>
      <Button type="text" icon={<UserOutlined />}>
        {user}
      </Button>
    </Dropdown>
  );
}

export function TopBar({ onMenu, isMenuOpen }: { onMenu: () => void; isMenuOpen: boolean }) {
  const { t } = useTexts();
  const { region } = useSession();
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
        {t('region')}: <b>{region}</b>
      </span>
      <LanguageMenu />
      <ThemeMenu />
      <AccountMenu />
    </header>
  );
}
