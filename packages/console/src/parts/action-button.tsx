import type { RouteId } from '@funcgraph/api';
import { Button, type ButtonProps, Tooltip } from 'antd';
import { useMissingRight } from '../api/index.ts';
import { useTexts } from '../i18n/index.ts';

interface ActionButtonProps extends ButtonProps {
  /** The route that a click leads to. */
  readonly needs: RouteId;
}

/** A button that names the right that its user lacks. It can still be reached by keyboard, to read that. */
export function ActionButton({ needs, onClick, className = '', ...props }: ActionButtonProps) {
  const { t } = useTexts('parts');
  const missing = useMissingRight(needs);
  if (missing === undefined) return <Button {...props} className={className} onClick={onClick} />;
  return (
    <Tooltip trigger={['hover', 'focus']} title={t('missingRight', { right: missing })}>
      <Button {...props} className={`${className} is-denied`} aria-disabled />
    </Tooltip>
  );
}
