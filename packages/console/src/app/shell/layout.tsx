import { useQueryClient } from '@tanstack/react-query';
import { Outlet } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { sessionQuery, useConnection, useSession } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { useShortcutKeys } from '../../parts/shortcuts/index.ts';
import { ConnectionBanner } from './connection-banner.tsx';
import { Navigation } from './navigation.tsx';
import './shell.css';
import { TopBar } from './top-bar.tsx';

const SLACK_MS = 2000;

/** Asks for the session once it should have ended, so that an unattended page does not go on showing its data. */
function useIdleEnd(): void {
  const queries = useQueryClient();
  const { idle_seconds: idle, expires_at: end } = useSession();
  const answeredAt = useConnection((connection) => connection.answeredAt);
  useEffect(() => {
    const endsAt = Math.min(answeredAt + idle * 1000, Date.parse(end));
    const wait = Math.max(0, endsAt - Date.now()) + SLACK_MS;
    const timer = setTimeout(() => void queries.invalidateQueries(sessionQuery), wait);
    return () => clearTimeout(timer);
  }, [answeredAt, idle, end, queries]);
}

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
