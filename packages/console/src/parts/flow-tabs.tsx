import { Link } from '@tanstack/react-router';
import { useTexts } from '../i18n/index.ts';
import './flow-tabs.css';

const TABS = [
  { to: '/flows/$flow', label: 'tabs.definition', mode: 'all' },
  { to: '/flows/$flow/runs', label: 'tabs.runs', mode: 'NORMAL' },
  { to: '/flows/$flow/logs', label: 'tabs.logs', mode: 'EXPRESS' },
  { to: '/flows/$flow/metrics', label: 'tabs.metrics', mode: 'all' },
] as const;

/** The pages of one flow. An express flow leaves log lines in place of runs. */
export function FlowTabs({ flow, mode }: { flow: string; mode: string }) {
  const { t } = useTexts('flows');
  const shown = TABS.filter((tab) => tab.mode === 'all' || tab.mode === mode);
  return (
    <nav className="flow-tabs" aria-label={t('tabs.label')}>
      {shown.map(({ to, label }) => (
        <Link key={to} to={to} params={{ flow }} activeOptions={{ exact: true, includeSearch: false }}>
          {t(label)}
        </Link>
      ))}
    </nav>
  );
}
