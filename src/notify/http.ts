/**
 * A request to a web service that tells people: what its answer means for the alert, and that no secret is in an error.
 * Statuses as in docs/receivers.md: 408, 425, 429, 5xx and no answer at all are tried again, the rest is final.
 */
import { oneLine } from '../core/plain-text.js';
import type { Secret } from '../core/secret.js';
import { type NotifyIo, SendError } from './notifier.js';

export interface Call {
  /** Names the receiver in errors: `slack (hooks.slack.com)` is made of it and the host. */
  readonly kind: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body: object | Uint8Array;
  readonly addresses: readonly string[];
  /** Whatever must not be told, in the settings or the URL. */
  readonly secrets: readonly Secret[];
  /** The same for every attempt: services that know it drop the second of two (draft-ietf-httpapi-idempotency-key). */
  readonly key: string;
  /** Milliseconds to wait by the body of a refusal, where the service says it there. */
  readonly retryAfterIn?: (text: string) => number | null;
}

const MAX_REASON = 200;
const RETRIED = [302, 303, 307, 408, 425, 429];

/** The reply's status and text. Throws SendError unless the service took it. */
export async function call(request: Call, io: NotifyIo): Promise<{ readonly status: number; readonly text: string }> {
  const { kind, url, headers, body, addresses, secrets, key } = request;
  const what = `${kind} (${new URL(url).host})`;
  const isBytes = body instanceof Uint8Array;
  const reply = await io
    .post({
      url,
      headers: {
        ...(isBytes ? {} : { 'content-type': 'application/json; charset=utf-8' }),
        'idempotency-key': key,
        ...headers,
      },
      body: isBytes ? body : JSON.stringify(body),
      addresses,
      signal: io.signal,
    })
    .catch((error: unknown) => {
      const words = error instanceof Error ? error.message : String(error);
      throw new SendError(oneLine(`${what}: ${withoutSecrets(words, secrets)}`), true);
    });
  const { status, text } = reply;
  if (status >= 200 && status < 300) return { status, text };
  const isRetried = status >= 500 || RETRIED.includes(status);
  const waitMs = retryAfterMs(reply.retryAfter, io.now()) ?? request.retryAfterIn?.(text) ?? null;
  throw new SendError(`${what} ${refusal(status, withoutSecrets(text, secrets))}`, isRetried, [], waitMs);
}

/** For `doctor`: that the service is there and is who it should be. Throws SendError. */
export async function touched(
  { kind, url, addresses, secrets }: Pick<Call, 'kind' | 'url' | 'addresses' | 'secrets'>,
  io: NotifyIo,
): Promise<string> {
  const { host, protocol } = new URL(url);
  try {
    await io.touch(url, { addresses, signal: io.signal });
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new SendError(oneLine(`${kind} (${host}): ${withoutSecrets(words, secrets)}`), true);
  }
  return protocol === 'https:'
    ? `${host} is reached and its certificate is right; nothing was sent`
    : `${host} is reached WITHOUT TLS: whoever listens on the way reads alerts and keys; write https. Nothing was sent`;
}

function refusal(status: number, text: string): string {
  if (status >= 300 && status < 400) {
    return `redirects elsewhere (${status}), which is never followed: write the new address into settings.yaml`;
  }
  const reason = oneLine(text, MAX_REASON);
  const advice =
    status === 401 || status === 403 || status === 404 || status === 410
      ? '; check the address and the key in settings.yaml'
      : '';
  return `answered ${status}${reason === '' ? '' : `, "${reason}"`}${advice}`;
}

/** Seconds or an HTTP date, RFC 9110 10.2.3; null for anything else. */
function retryAfterMs(header: string | null, now: number): number | null {
  if (header === null) return null;
  if (/^\s*[0-9]{1,9}\s*$/.test(header)) return Number(header) * 1000;
  const at = /[a-z]/i.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}

/** Also in the forms in which a service might give it back. */
export function withoutSecrets(text: string, secrets: readonly Secret[]): string {
  const forms = secrets.flatMap((one) => {
    const clear = one.reveal();
    const path = URL.canParse(clear) ? [new URL(clear).pathname + new URL(clear).search] : [];
    const spelled = [clear, ...path.filter((part) => part.length > 1)];
    return spelled.flatMap((form) => [form, encodeURIComponent(form), Buffer.from(form).toString('base64')]);
  });
  // The longest first, or a part that is replaced alone leaves the rest of the whole behind.
  const longestFirst = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return longestFirst.reduce((cleaned, form) => cleaned.replaceAll(form, '[secret]'), text);
}
