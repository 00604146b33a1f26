import { Tooltip } from 'antd';
import { useTexts } from '../../i18n/index.ts';

/** How many versions of functions use something, and which, by their URNs. */
export function UsedBy({ urns }: { urns: readonly string[] }) {
  const { t } = useTexts('platform');
  if (urns.length === 0) return t('unused');
  return (
    <Tooltip trigger={['hover', 'focus']} title={urns.map((urn) => <div key={urn}>{urn}</div>)}>
      {/* the names are read by keyboard too */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above */}
      <span tabIndex={0}>{t('users', { count: urns.length })}</span>
    </Tooltip>
  );
}
