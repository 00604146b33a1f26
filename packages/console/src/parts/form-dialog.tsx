import { Form, type FormInstance, Modal } from 'antd';
import type { ReactNode } from 'react';
import { clearErrors } from './clear-errors.ts';
import { useFormLanguage } from './use-form-language.ts';
import './parts.css';

interface FormDialogProps<Fields> {
  readonly title: string;
  readonly initialValues?: Partial<Fields>;
  /** Of the button that sends it. */
  readonly okText?: string;
  readonly width?: number;
  readonly isBusy: boolean;
  /** Gets the form too, to mark a field that the server refused. */
  readonly onSubmit: (fields: Fields, form: FormInstance<Fields>) => unknown;
  readonly onClose: () => void;
  /** Items of the form. */
  readonly children: ReactNode;
}

/** A form in a dialog. A click beside it does not lose what was typed. Mount it to open it. */
export function FormDialog<Fields extends object>(props: FormDialogProps<Fields>) {
  const { title, initialValues = {}, okText, width, isBusy, onSubmit, onClose, children } = props;
  const [form] = Form.useForm<Fields>();
  useFormLanguage(form);
  return (
    <Modal
      open
      title={title}
      {...(okText === undefined ? {} : { okText })}
      {...(width === undefined ? {} : { width })}
      mask={{ closable: false }}
      confirmLoading={isBusy}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <Form<Fields>
        form={form}
        className="form-dialog"
        layout="vertical"
        initialValues={initialValues}
        onValuesChange={clearErrors(form)}
        onFinish={(fields) => void onSubmit(fields, form)}
      >
        {children}
      </Form>
    </Modal>
  );
}
