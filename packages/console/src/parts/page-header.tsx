import type { ReactNode } from 'react';
import './parts.css';

/** The heading of a page, which is the title of the browser's tab too. */
export function PageHeader({ title, intro, actions }: { title: string; intro?: string; actions?: ReactNode }) {
  return (
    <div className="page-header">
      <title>{`${title} · Funcgraph`}</title>
      <div>
        <h1>{title}</h1>
        {intro && <p>{intro}</p>}
      </div>
      {actions && <div className="page-header-actions">{actions}</div>}
    </div>
  );
}
