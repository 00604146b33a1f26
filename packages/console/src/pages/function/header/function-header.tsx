import { Link } from '@tanstack/react-router';
import { Breadcrumb } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { CopyButton } from '../../../parts/copy-button.tsx';
import { Status } from '../../../parts/status.tsx';
import type { ShownFunction } from '../shown-function.ts';
import { FunctionActions } from './function-actions.tsx';
import './function-header.css';
import { VersionChooser } from './version-chooser.tsx';

interface FunctionHeaderProps {
  readonly fn: ShownFunction;
  readonly onVersion: (version: string) => void;
}

export function FunctionHeader({ fn, onVersion }: FunctionHeaderProps) {
  const { t } = useTexts('functionPage');
  const { name, urn, config } = fn;
  return (
    <header className="function-header">
      <title>{`${name} · Funcgraph`}</title>
      <Breadcrumb items={[{ title: <Link to="/functions">{t('list')}</Link> }, { title: name }]} />
      <div className="function-header-line">
        <h1>{name}</h1>
        <Status kind={fn.isEnabled ? 'good' : 'off'}>{t(fn.isEnabled ? 'enabled' : 'disabled')}</Status>
        <div className="function-header-actions">
          <VersionChooser fn={fn} onVersion={onVersion} />
          <FunctionActions fn={fn} />
        </div>
      </div>
      <div className="function-header-facts">
        <span>{t(fn.isHttp ? 'http' : 'event')}</span>
        <span>{config.runtime}</span>
        <span className="function-urn">
          <code>{urn}</code>
          <CopyButton text={urn} label={t('copyUrn')} />
        </span>
      </div>
    </header>
  );
}
