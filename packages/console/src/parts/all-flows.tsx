import { Link } from '@tanstack/react-router';
import { useTexts } from '../i18n/index.ts';
import './parts.css';

/** Leads from a page of one flow to the list. */
export function AllFlows() {
  const { t } = useTexts('flows');
  return (
    <Link className="back-link" to="/flows">
      {`← ${t('back')}`}
    </Link>
  );
}
