import { Outlet } from '@tanstack/react-router';
import { useState } from 'react';
import { useTexts } from '../../i18n/index.ts';
import { useShortcutKeys } from '../../parts/shortcuts/index.ts';
import { ConnectionBanner } from './connection-banner.tsx';
import { Navigation } from './navigation.tsx';
import './shell.css';
import { TopBar } from './top-bar.tsx';
import { useIdleEnd } from './use-idle-end.ts';

/** The frame of every page: navigation, top bar, content. */
export function Layout() {
  const { t } = useTexts();
  const [isOpen, setOpen] = useState(false);
  useShortcutKeys();
  useIdleEnd();
  return (
    <div className="shell" data-navigation={isOpen ? 'open' : 'closed'}>
      <a className="skip" href="#content">
        {t('skip')}
      </a>
      <Navigation onLeave={() => setOpen(false)} />
      <div className="shell-main">
        <TopBar onMenu={() => setOpen((open) => !open)} isMenuOpen={isOpen} />
        <ConnectionBanner />
        <main id="content" tabIndex={-1}>
          <Outlet />
        </main>
      </div>
    </div>
  );
}
