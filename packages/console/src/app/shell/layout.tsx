import { Outlet } from '@tanstack/react-router';
import { useState } from 'react';
import { useTexts } from '../../i18n/index.ts';
import { Navigation } from './navigation.tsx';
import './shell.css';
import { TopBar } from './top-bar.tsx';

/** The frame of every page: navigation, top bar, content. */
export function Layout() {
  const { t } = useTexts();
  const [isOpen, setOpen] = useState(false);
  return (
    <div className="shell" data-navigation={isOpen ? 'open' : 'closed'}>
      <a className="skip" href="#content">
        {t('skip')}
      </a>
      <Navigation onLeave={() => setOpen(false)} />
      <div className="shell-main">
        <TopBar onMenu={() => setOpen((open) => !open)} isMenuOpen={isOpen} />
        <main id="content" tabIndex={-1}>
          <Outlet />
        </main>
      </div>
    </div>
  );
}
