import { formatTopicUrn } from '@funcgraph/api';
import { createTransport, type Transporter } from 'nodemailer';
import type { DeliveryResult } from '../../../invocation/index.ts';
import type { Secret } from '../../../lib/secret.ts';
import { textFor } from '../rules/message.ts';
import { isOneLine } from '../rules/one-line.ts';
import type { Target } from '../targets.ts';
import type { Links } from './links.ts';
import type { Sender } from './notifier.ts';

export interface MailSenderDeps {
  /** Of the mail server. */
  readonly url: Secret;
  readonly from: string;
  readonly links: Links;
  readonly region: string;
  readonly displayNameOf: (target: Target) => Promise<string>;
}

const TIMEOUT_MS = 20_000;
/** Messages that are sent at once; others wait for their turn. */
const CONNECTIONS = 4;

interface Mail {
  readonly to: string;
  readonly sender: string;
  readonly subject: string;
  readonly text: string;
  readonly messageId: string;
  readonly unsubscribe?: string;
}

/** Sends plain text by the mail server of the operator. */
export class MailSender implements Sender {
  readonly #deps: MailSenderDeps;
  readonly #transport: Transporter;

  constructor(deps: MailSenderDeps) {
    this.#deps = deps;
    this.#transport = createTransport({
      ...connectionOf(new URL(deps.url.reveal())),
      pool: true,
      maxConnections: CONNECTIONS,
      connectionTimeout: TIMEOUT_MS,
      greetingTimeout: TIMEOUT_MS,
      socketTimeout: TIMEOUT_MS,
      // a message must name no file or address for its parts
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  close(): void {
    this.#transport.close();
  }

  async send({ message, target, id }: Parameters<Sender['send']>[0]): Promise<DeliveryResult> {
    const { content } = message;
    const unsubscribe = this.#deps.links.unsubscribe(target);
    const text = textFor(content, target.protocol);
    return this.#mail({
      to: target.endpoint,
      sender: await this.#deps.displayNameOf(target),
      subject: content.subject === '' ? `Message of topic ${target.topicName}` : content.subject,
      text: `${text}\n\n-- \nTo receive no more messages of this topic, open ${unsubscribe}\n`,
      messageId: id,
      unsubscribe,
    });
  }

  async confirm({ subscription, id }: Parameters<Sender['confirm']>[0]): Promise<DeliveryResult> {
    const { links, region } = this.#deps;
    const { projectId, topicName } = subscription;
    const urn = formatTopicUrn({ region, projectId, name: topicName });
    return this.#mail({
      to: subscription.endpoint,
      // no text of users goes to an address whose owner has not agreed
      sender: '',
      subject: 'Confirm the subscription of a topic',
      text: `You are invited to receive the messages of topic ${urn}.\n\nTo confirm, open this address within 48 hours:\n${links.subscribe(subscription)}\n\nOtherwise do nothing.\n`,
      messageId: id,
    });
  }

  async #mail({ to, sender, subject, text, messageId, unsubscribe }: Mail): Promise<DeliveryResult> {
    const { from } = this.#deps;
    for (const part of [to, sender, subject]) if (!isOneLine(part)) throw new Error('a header has several lines');
    try {
      const { response } = await this.#transport.sendMail({
        from: { name: sender, address: from },
        to: { name: '', address: to },
        subject,
        text,
        messageId: `<${messageId}@funcgraph>`,
        ...(unsubscribe === undefined ? {} : { list: { unsubscribe } }),
      });
      return { kind: 'delivered', note: { response: (response ?? '').slice(0, 200) }, messages: [] };
    } catch (error) {
      return failure(error);
    }
  }
}

function connectionOf({ protocol, hostname, port, username, password }: URL) {
  const isEncrypted = protocol === 'smtps:';
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    secure: isEncrypted,
    // a password never travels in the clear
    requireTLS: !isEncrypted && password !== '',
    ...(port === '' ? {} : { port: Number(port) }),
    ...(username === '' ? {} : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
  };
}

/** Codes from 500 on are final in SMTP; a server that cannot be reached may be there later. */
function failure(error: unknown): DeliveryResult {
  if (!(error instanceof Error)) throw error;
  const code = 'responseCode' in error ? Number(error.responseCode) : 0;
  const message = `the mail server does not take it: ${error.message.slice(0, 300)}`;
  return code >= 500 && code < 600 && !isLogin(error)
    ? { kind: 'undeliverable', reason: 'refused', message }
    : { kind: 'failed', message };
}

/** The operator can mend a wrong password. */
function isLogin(error: Error): boolean {
  return 'code' in error && error.code === 'EAUTH';
}
