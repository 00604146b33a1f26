import { Form, Switch } from 'antd';
import type { ReactNode } from 'react';

interface SwitchFieldProps {
  readonly name: string;
  readonly label: string;
  readonly help: string;
  /** Shown while the switch is on. */
  readonly children?: ReactNode;
}

/** A switch with what it does, and the fields that it opens. */
export function SwitchField({ name, label, help, children }: SwitchFieldProps) {
  const isOn = Form.useWatch(name) === true;
  return (
    <div className="settings-switch">
      <div className="settings-switch-line">
        <Form.Item name={name} valuePropName="checked" noStyle>
          <Switch id={name} aria-describedby={`${name}-help`} />
        </Form.Item>
        <label htmlFor={name}>{label}</label>
      </div>
      <p id={`${name}-help`} className="settings-switch-help">
        {help}
      </p>
      {isOn && children}
    </div>
  );
}
