import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { sessionQuery, useConnection, useSession } from '../../api/index.ts';

const SLACK_MS = 2000;

/** Asks for the session once it should have ended, so that an unattended page does not go on showing its data. */
export function useIdleEnd(): void {
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
