import DisconnectOutlined from '@ant-design/icons/es/icons/DisconnectOutlined';
import { useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useEffect, useRef } from 'react';
import { probe, useConnection } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { Moment } from '../../parts/moment.tsx';

const PROBE_EVERY_MS = 3000;

/** Says that the pages are stale while the server cannot be reached, and reads all of them again afterwards. */
export function ConnectionBanner() {
  const { t } = useTexts();
  const queries = useQueryClient();
  const { lostAt, answeredAt } = useConnection();
  const isLost = lostAt !== undefined;
  const wasLost = useRef(false);

  useEffect(() => {
    if (!isLost) {
      if (wasLost.current) void queries.invalidateQueries();
      wasLost.current = false;
      return;
    }
    wasLost.current = true;
    const timer = setInterval(() => void probe(), PROBE_EVERY_MS);
    return () => clearInterval(timer);
  }, [isLost, queries]);

  useEffect(() => {
    const lost = () => void probe();
    window.addEventListener('offline', lost);
    window.addEventListener('online', lost);
    return () => {
      window.removeEventListener('offline', lost);
      window.removeEventListener('online', lost);
    };
  }, []);

  if (!isLost) return null;
  return (
    <div className="connection-banner" role="alert">
      <DisconnectOutlined />
      <span>
        {t('connection.lost')} {t('connection.stale')} <Moment at={answeredAt} />
      </span>
      <Button size="small" onClick={() => void probe()}>
        {t('connection.again')}
      </Button>
    </div>
  );
}
