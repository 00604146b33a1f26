import { Fragment, type ReactNode } from 'react';
import { CopyButton } from './copy-button.tsx';
import './parts.css';

export interface Fact {
  readonly name: string;
  readonly value: ReactNode;
  /** What its button copies. */
  readonly copy?: string;
}

/** Names and values of one thing. */
export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className="facts">
      {facts.map(({ name, value, copy }) => (
        <Fragment key={name}>
          <dt>{name}</dt>
          <dd>
            {value}
            {copy !== undefined && <CopyButton text={copy} label={name} />}
          </dd>
        </Fragment>
      ))}
    </dl>
  );
}
